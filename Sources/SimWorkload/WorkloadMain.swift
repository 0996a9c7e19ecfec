internal import CommyLinux
internal import CommyReactor
internal import SimTraffic

/// What `commy-workload` does: the words in, the exit code out.
public enum WorkloadMain {
    public static func run(_ arguments: [String]) -> Int32 {
        do throws(TrafficCommand.Misuse) {
            switch try WorkloadCommand(arguments) {
            case .help:
                print(WorkloadCommand.helpText)
                return 0
            case .serve(let configuration): return serve(configuration)
            case .call(let configuration, let traffic): return call(configuration, traffic)
            }
        } catch {
            complain("\(error.description); see --help")
            return 2
        }
    }

    private static func serve(_ configuration: ServeConfiguration) -> Int32 {
        do throws(SystemError) {
            var server = try WorkloadServer(
                configuration, clock: try .ofThisProcess(originNanoseconds: 0),
                output: FileDescriptor(owning: 1))
            try server.run()
            return 0
        } catch {
            complain(error.description)
            return 3
        }
    }

    private static func call(
        _ configuration: CallConfiguration, _ traffic: TrafficConfiguration
    ) -> Int32 {
        do throws(SystemError) {
            let signals = try StopSignals()
            let clock = try LoopClock.ofThisProcess(
                originNanoseconds: traffic.originNanoseconds)
            let end = try CallGenerator.run(
                configuration, traffic, clock: clock, output: FileDescriptor(owning: 1),
                events: FileDescriptor(owning: 2), signals: signals)
            switch end {
            case .finished, .stopped: return 0
            case .outputLost: return 3
            }
        } catch {
            complain(error.description)
            return 3
        }
    }

    private static func complain(_ text: String) {
        let standardError = FileDescriptor(owning: 2)
        try? standardError.writeAll(Array("commy-workload: \(text)\n".utf8))
    }
}
