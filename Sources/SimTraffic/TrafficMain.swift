internal import CommyLinux
internal import CommyReactor

/// What `commy-traffic` does: the words in, the exit code out.
public enum TrafficMain {
    public static func run(_ arguments: [String]) -> Int32 {
        do throws(TrafficCommand.Misuse) {
            switch try TrafficCommand(arguments) {
            case .help:
                print(TrafficCommand.helpText)
                return 0
            case .probe(let probe):
                switch probe.run() {
                case .ready: return 0
                case .notReady(let why):
                    print(why)
                    return 1
                }
            case .generate(let configuration):
                return generate(
                    configuration, try configuration.tls?.load(for: configuration.content))
            case .echo(let tcp, let udp, let tls):
                return echo(tcp: tcp, udp: udp, try tls?.load(for: .bytes))
            }
        } catch {
            complain(error.description)
            return 2
        }
    }

    private static func generate(
        _ configuration: TrafficConfiguration, _ security: StreamSecurity?
    ) -> Int32 {
        do throws(SystemError) {
            let signals = try StopSignals()
            let end = try TrafficGenerator.run(
                configuration, security: security,
                clock: try .ofThisProcess(originNanoseconds: configuration.originNanoseconds),
                output: FileDescriptor(owning: 1), signals: signals)
            switch end {
            case .finished, .stopped: return 0
            case .outputLost: return 3
            }
        } catch {
            complain(error.description)
            return 3
        }
    }

    private static func echo(tcp: UInt16?, udp: UInt16?, _ security: StreamSecurity?) -> Int32 {
        do throws(SystemError) {
            let signals = try StopSignals()
            var server = try EchoServer(
                tcp: tcp, udp: udp, security: security,
                clock: try .ofThisProcess(originNanoseconds: 0))
            try server.run(until: signals.descriptor)
            return 0
        } catch {
            complain(error.description)
            return 3
        }
    }

    private static func complain(_ text: String) {
        let standardError = FileDescriptor(owning: 2)
        try? standardError.writeAll(Array("commy-traffic: \(text)\n".utf8))
    }
}
