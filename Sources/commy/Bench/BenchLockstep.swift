internal import ArgumentParser
internal import SimLab
internal import SimModel
internal import SimScenario

/// `commy bench lockstep`.
struct BenchLockstep: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lockstep",
        abstract: "How fast virtual time goes, and what a packet and a turn cost.")

    @OptionGroup var options: BenchOptions

    @Option(parsing: .upToNextOption, help: "How many hosts.")
    var counts = [3, 10, 30, 100]

    func run() throws {
        let terminal = Terminal()
        guard counts.allSatisfy({ $0 >= 2 }) else {
            throw ValidationError("--counts: a cluster has 2 hosts or more")
        }
        let figures = try LockstepBenchmark(
            counts: counts, progress: { terminal.printStatus("measuring: \($0)") },
            makeScenario: Self.scenario
        ).run()
        terminal.printStatus("")
        try FigureTable(figures).print(on: terminal, json: options.json)
    }

    /// A ring: every host has an echo server, and asks the next one's.
    static func scenario(_ load: LockstepBenchmark.Load) throws -> Scenario {
        let hosts = (0..<load.hosts).map { "h\($0)" }
        let list = hosts.joined(separator: ", ")
        let traffic = hosts.indices.map { index in
            let next = hosts[(index + 1) % hosts.count]
            return "  t\(index): { from: \(hosts[index]), tcp: \"\(next):7000\", payload: 200B, "
                + "reply: echo, rate: \(load.ratePerSecond)/s }"
        }
        let text = """
            name: a ring of \(load.hosts) hosts
            world: lockstep
            duration: \(load.seconds)s
            topology:
              hosts: [\(list)]
              links:
                - { between: [any, any], latency: 1ms }
            processes:
              echo:
                on: [\(list)]
                run: "{{commy-traffic}} echo --tcp 7000"
                ready: { tcp: 7000 }
            traffic:
            \(traffic.joined(separator: "\n"))
            expect:
              - { traffic: t0, success: "100%" }
            """
        let outcome = ScenarioReader.read(text: text, file: "bench.yaml")
        guard let scenario = outcome.scenario else {
            throw ToolError(outcome.diagnostics.map(\.description).joined(separator: "\n"))
        }
        return scenario
    }
}
