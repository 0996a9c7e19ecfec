import CommyBase

@testable import SimModel

/// A made-up run of a mesh of three nodes, in which nothing is wrong until a test says so.
///
/// The traffic begins 2 s after the run and lasts 30 s. All nodes agree on the view `v1` and the
/// catalog `c1` from the begin on, and take each other for alive.
struct MeshRun {
    static let start: Int64 = 2_000_000_000
    static let hosts = ["a", "b", "c"]

    var scenario = Scenario(name: "made up")
    private var events: [(at: Int64, event: RunEvent)] = []

    /// `order`: in which the nodes begin, and speak first.
    init(order: [String] = Self.hosts) {
        scenario.duration = .seconds(30)
        scenario.mesh = MeshSpec(nodes: Self.hosts)
        var node = ProcessSpec(
            name: "commyd", hosts: Self.hosts, command: .arguments([]))
        node.role = .node
        scenario.processes = [node]
        for host in order { begins(host, at: -1_000) }
        happens(at: 0, .trafficStarted(TrafficStarted(traffic: [])))
    }

    mutating func happens(at milliseconds: Int64, _ fact: RunEvent.Fact) {
        let instant = Self.start + milliseconds * 1_000_000
        events.append(
            (instant, RunEvent(at: MeshInstant(nanoseconds: instant), fact: fact)))
    }

    /// The node of a host starts and comes to agree with the others.
    mutating func begins(_ host: String, at milliseconds: Int64, agrees: Bool = true) {
        happens(
            at: milliseconds,
            .processStarted(
                ProcessStarted(
                    host: host, process: "commyd", pid: 1, command: [], incarnation: 1)))
        happens(
            at: milliseconds,
            .processReady(ProcessReady(host: host, process: "commyd", afterNanoseconds: 0)))
        report(host, at: milliseconds, "started", ("node", host))
        guard agrees else { return }
        view(host, at: milliseconds, "v1", alive: 3)
        report(host, at: milliseconds, "catalog", ("hash", "c1"))
        for peer in Self.hosts where peer != host { member(host, at: milliseconds, peer, "alive") }
    }

    mutating func ends(_ host: String, at milliseconds: Int64) {
        happens(
            at: milliseconds,
            .processExited(
                ProcessExited(
                    host: host, process: "commyd", exitCode: nil, signal: 9, expected: true,
                    maximumResidentBytes: 0, cpuNanoseconds: 0)))
    }

    mutating func report(
        _ host: String, at milliseconds: Int64, _ kind: String, _ fields: (String, String)...,
        process: String = "commyd"
    ) {
        happens(
            at: milliseconds,
            .processReported(
                ProcessReported(
                    host: host, process: process, kind: kind,
                    fields: ReportedFields(fields.map { .init($0.0, $0.1) }))))
    }

    mutating func view(
        _ host: String, at milliseconds: Int64, _ hash: String, alive: Int
    ) {
        report(host, at: milliseconds, "view", ("hash", hash), ("alive", String(alive)))
    }

    mutating func member(
        _ host: String, at milliseconds: Int64, _ peer: String, _ state: String
    ) {
        report(host, at: milliseconds, "member", ("peer", peer), ("state", state))
    }

    /// A fault of this time; nil: it stays.
    mutating func fault(
        _ name: String, _ action: FaultSpec.Action, at seconds: Int64, lasts: Int64?,
        targets: [String] = []
    ) {
        scenario.faults.append(
            FaultSpec(
                name: name, at: .seconds(seconds), lasts: lasts.map { .seconds($0) },
                action: action))
        let verb = scenario.faults[scenario.faults.count - 1].verb
        happens(
            at: seconds * 1_000,
            .faultStarted(FaultTransition(fault: name, verb: verb, targets: targets)))
        happens(
            at: (lasts.map { seconds + $0 } ?? 31) * 1_000,
            .faultHealed(
                FaultTransition(fault: name, verb: verb, targets: targets, touched: 1)))
    }

    mutating func expect(
        _ claim: ExpectationSpec.Claim, _ scope: ExpectationSpec.Scope = .wholeRun,
        of subject: ExpectationSpec.Subject = .run
    ) {
        scenario.expectations.append(
            ExpectationSpec(
                subject: subject, claim: claim, scope: scope, line: 1, text: "claim"))
    }

    func verdict() -> Judgement {
        var judge = Judge(scenario: scenario)
        for entry in events.enumerated().sorted(by: {
            ($0.element.at, $0.offset) < ($1.element.at, $1.offset)
        }) {
            judge.observe(entry.element.event)
        }
        return judge.verdict()
    }

    /// Of the first entry: verdict, and what was seen.
    func first() -> String {
        let judged = verdict().judged
        guard let first = judged.first else { return "nothing judged" }
        return "\(first.verdict.rawValue): \(first.observed)"
    }
}
