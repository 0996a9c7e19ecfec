internal import CommyBase
internal import Foundation
public import SimModel

/// Measures lockstep runs: how fast virtual time goes, and what a packet and a turn cost.
///
/// The busy cluster: every host asks its neighbour 20 times a second, over connections that stay.
/// The idle one: each asks once a second, which is what a cluster that only keeps itself alive
/// does. Per packet and per turn are both the whole traffic phase, divided: a packet needs turns,
/// and a turn mostly comes from a packet. Captures are off, as when a run is verified.
public struct LockstepBenchmark {
    /// A cluster of so many hosts, each with `ratePerSecond` requests, for so long.
    public struct Load: Sendable {
        public var hosts: Int
        public var ratePerSecond: Int
        public var seconds: Int
    }

    private let counts: [Int]
    private let makeScenario: (Load) throws -> Scenario
    private let progress: (String) -> Void
    private static let busyRate = 20
    private static let busySeconds = 10
    private static let idleHosts = 10
    private static let idleSeconds = 600

    /// `progress` is called with a line about what is going on.
    public init(
        counts: [Int], progress: @escaping (String) -> Void,
        makeScenario: @escaping (Load) throws -> Scenario
    ) {
        self.counts = counts
        self.progress = progress
        self.makeScenario = makeScenario
    }

    public func run() throws -> [BenchFigure] {
        var figures: [BenchFigure] = []
        progress("an idle cluster")
        let idle = try measure(
            Load(hosts: Self.idleHosts, ratePerSecond: 1, seconds: Self.idleSeconds))
        let name = "\(Self.idleHosts) hosts, idle"
        figures.append(
            BenchFigure(
                "\(name): virtual time, start and end included", "x real",
                idle.virtualSeconds / idle.wallSeconds
            ).atLeast(50))
        figures += Self.figures(name, idle)
        for count in counts {
            progress("\(count) hosts")
            let outcome = try measure(
                Load(hosts: count, ratePerSecond: Self.busyRate, seconds: Self.busySeconds))
            figures += Self.figures("\(count) hosts, busy", outcome)
            figures.append(
                BenchFigure(
                    "\(count) hosts, busy: whole run of \(Self.busySeconds) s", "s",
                    outcome.wallSeconds))
        }
        return figures
    }

    private static func figures(_ name: String, _ outcome: ScenarioRun.Outcome) -> [BenchFigure] {
        guard let work = outcome.work, work.realNanoseconds > 0 else { return [] }
        let real = Double(work.realNanoseconds)
        return [
            BenchFigure(
                "\(name): virtual time of traffic", "x real",
                Double(work.virtualNanoseconds) / real),
            BenchFigure("\(name): a packet", "us", real / 1_000 / Double(max(1, work.packets))),
            BenchFigure("\(name): a turn", "us", real / 1_000 / Double(max(1, work.grants))),
        ]
    }

    private func measure(_ load: Load) throws -> ScenarioRun.Outcome {
        let reports = NSTemporaryDirectory() + "commy-bench-\(UInt32.random(in: 0 ... .max))"
        defer { try? FileManager.default.removeItem(atPath: reports) }
        var options = ScenarioRun.Options()
        options.reportRoot = reports
        options.capture = .off
        let outcome = try ScenarioRun(
            scenario: try makeScenario(load), file: "bench.yaml", options: options,
            janitor: try Janitor(), observer: { _ in }
        ).run { _ in [] }
        guard outcome.verdict == .pass else {
            throw LabError(
                "a run of \(load.hosts) hosts did not pass: \(outcome.reason ?? "see its traffic")")
        }
        return outcome
    }
}
