internal import CommyBase
internal import CommyLinux

/// Measures how long hosts take to come up (namespaces, files, interface, addresses) and to go
/// away.
public struct HostBenchmark {
    private let counts: [Int]
    private let progress: (String) -> Void

    public init(counts: [Int], progress: @escaping (String) -> Void) {
        self.counts = counts
        self.progress = progress
    }

    public func run() throws -> [BenchFigure] {
        var figures: [BenchFigure] = []
        for count in counts {
            progress("\(count) hosts")
            let clock = MonotonicClock()
            let environment = try SandboxEnvironment(visible: [])
            var hosts: [HostSandbox] = []
            var devices: [Int32] = []
            for index in 0..<count {
                let host = try HostSandbox(
                    name: "host-\(index)", index: index, environment: environment)
                try host.beginSetUp(hostsFile: "127.0.0.1 localhost\n", offload: false, visible: [])
                hosts.append(host)
            }
            for host in hosts { devices.append(try host.finishSetUp(mtu: 1_500).release()) }
            let up = clock.now
            for host in hosts { host.kill() }
            for host in hosts { host.leave() }
            for raw in devices { _ = FileDescriptor(owning: raw) }
            let gone = clock.now
            figures.append(
                BenchFigure("\(count) hosts up", "ms", (up - .zero).milliseconds))
            figures.append(
                BenchFigure("\(count) hosts gone", "ms", (gone - up).milliseconds))
        }
        return figures
    }
}
