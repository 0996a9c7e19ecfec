internal import CommyBase

/// All that a run's nodes have told, for claims and for what holds in every mesh.
///
/// A node is a process that has reported `started`, `view` or `member`, whoever wrote it.
struct MeshRecord: Sendable, Equatable {
    /// A request that a node has sent somewhere.
    struct Routing: Sendable, Equatable {
        var at: Int64
        var host: String
        var service: String
        var transport: String
    }
    /// Something that must not happen in any mesh.
    struct Breach: Sendable, Equatable {
        var at: Int64
        var rule: String
        var observed: String
    }

    /// Reports that a process has dropped because nobody read them in time.
    struct Loss: Sendable, Equatable {
        var label: String
        var lines: UInt64
    }

    private(set) var nodes: [NodeRecord] = []
    private(set) var routings: [Routing] = []
    private(set) var breaches: [Breach] = []
    /// Processes of which not every report was read.
    private(set) var truncated: [String] = []
    private(set) var losses: [Loss] = []
    private var places: [String: Int] = [:]
    /// Begins of processes that have not told yet what they are.
    private var begins: [String: Int64] = [:]
    private var decidedCalls: Set<UInt64> = []
    private let keepsRoutings: Bool

    /// `keepsRoutings`: a claim asks for them.
    init(keepsRoutings: Bool) {
        self.keepsRoutings = keepsRoutings
    }

    mutating func started(_ start: ProcessStarted, at instant: Int64) {
        let label = "\(start.process)@\(start.host)"
        if let place = places[label] {
            nodes[place].began(at: instant)
        } else {
            begins[label] = instant
        }
    }

    mutating func exited(_ exit: ProcessExited, at instant: Int64) {
        let label = "\(exit.process)@\(exit.host)"
        begins[label] = nil
        if let place = places[label] { nodes[place].ended(at: instant) }
    }

    /// A process's report was no report.
    mutating func misreported(_ report: ProcessMisreported) {
        let label = "\(report.process)@\(report.host)"
        if report.isTruncation, !truncated.contains(label) { truncated.append(label) }
    }

    mutating func told(_ report: ProcessReported, at instant: Int64) {
        let label = "\(report.process)@\(report.host)"
        switch report.kind {
        case "started", "view", "member", "catalog":
            let place = place(of: label, report.host)
            nodes[place].told(report, at: instant)
            lookForSelf(report, nodes[place].name, at: instant)
        case "broken":
            let rule = report.fields["rule"] ?? "without a name"
            let detail = report.fields["detail"].map { ": \($0)" } ?? ""
            breaches.append(
                Breach(at: instant, rule: "the rule \(rule) holds", observed: "\(label)\(detail)"))
        case "link": lookForMisbehaviour(report, label, at: instant)
        case "request": noteRequest(report, label, at: instant)
        case "dropped": noteDropped(report.fields["lines"], label)
        case "route":
            guard keepsRoutings, let service = report.fields["service"] else { return }
            routings.append(
                Routing(
                    at: instant, host: report.host, service: service,
                    transport: report.fields["transport"] ?? "unknown"))
        case _: break
        }
    }

    /// A caller has seen a second answer to one of its requests.
    mutating func answeredAgain(_ repeated: RequestRepeated, at instant: Int64) {
        breaches.append(
            Breach(
                at: instant, rule: Self.answeredOnce,
                observed: "request \(repeated.ordinal) of \(repeated.traffic) was answered again"))
    }

    private static let answeredOnce = "a request is answered at most once"

    private mutating func place(of label: String, _ host: String) -> Int {
        if let place = places[label] { return place }
        places[label] = nodes.count
        var node = NodeRecord(label: label, host: host)
        // Its start stands in the log before its first word.
        node.began(at: begins.removeValue(forKey: label) ?? .min)
        nodes.append(node)
        return nodes.count - 1
    }

    private mutating func lookForSelf(
        _ report: ProcessReported, _ name: String, at instant: Int64
    ) {
        guard report.kind == "member", report.fields["peer"] == name,
            report.fields["state"] == MembersClaim.State.dead.rawValue
        else { return }
        breaches.append(
            Breach(
                at: instant, rule: "no node declares itself dead",
                observed: "\(name) has told that it is dead itself"))
    }

    /// A node has ended a link because of what the other one did there. Nodes of a mesh are not
    /// hostile to each other: it is a bug of one of the two.
    private mutating func lookForMisbehaviour(
        _ report: ProcessReported, _ label: String, at instant: Int64
    ) {
        guard report.fields["state"] == "down", let reason = report.fields["reason"],
            let rule = Self.misbehaviour[reason]
        else { return }
        let peer = report.fields["peer"] ?? "a peer"
        breaches.append(
            Breach(at: instant, rule: rule, observed: "\(label) has ended its link with \(peer)"))
    }

    /// Rules by the reason of a link's end, as ErrorCode names it.
    private static let misbehaviour = [
        "flowControlViolation": "no node sends more than its credits allow",
        "protocolViolation": "nodes keep the protocol",
    ]

    private mutating func noteDropped(_ lines: String?, _ label: String) {
        // Whoever drops reports without a number has dropped one at least.
        let count = lines.flatMap { UInt64($0) } ?? 1
        if let place = losses.firstIndex(where: { $0.label == label }) {
            let (sum, isTooLarge) = losses[place].lines.addingReportingOverflow(count)
            losses[place].lines = isTooLarge ? .max : sum
        } else {
            losses.append(Loss(label: label, lines: count))
        }
    }

    private mutating func noteRequest(
        _ report: ProcessReported, _ label: String, at instant: Int64
    ) {
        guard let call = report.fields["call"] else { return }
        let key = RandomKey(seed: 0).labelled(label).labelled(call)
        guard !decidedCalls.insert(key.value).inserted else { return }
        breaches.append(
            Breach(
                at: instant, rule: Self.answeredOnce,
                observed: "\(label) has decided the call \(call) a second time"))
    }
}

extension ProcessMisreported {
    /// Why nothing more of a process is read.
    public static let truncation = "it reports too much; the rest is left out"

    var isTruncation: Bool { reason == Self.truncation }
}
