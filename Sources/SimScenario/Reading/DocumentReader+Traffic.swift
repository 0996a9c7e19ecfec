import CommyBase
import SimModel

/// `traffic:` - sources of requests: what all kinds share.
extension DocumentReader {
    func readTraffic(_ document: Fields) {
        for entry in named(document, "traffic") {
            checkName(entry, of: "traffic")
            guard let fields = Fields(entry.value, Shapes.traffic, sink) else { continue }
            let source = host(fields, "from")
            let kind = readKind(fields)
            // A kind that could not be read stands in, so that what refers to the traffic is read.
            let placeholder = TrafficSpec.Kind.http(
                HTTPExchange(target: SocketTarget(host: "", port: 80), path: "/"))
            var traffic = TrafficSpec(
                name: entry.key, source: source ?? "", kind: kind ?? placeholder)
            if kind == nil { names.unknownTraffic.append(entry.key) }
            readArrival(fields, into: &traffic)
            if let timeout = fields.duration("timeout") { traffic.timeout = timeout }
            if let connection = fields.word("connection", as: TrafficSpec.Connection.self) {
                traffic.connection = connection
            }
            traffic.tls = readTLS(fields, kind: kind)
            traffic.attribution = readBackend(fields, kind: kind)
            if case .mesh = kind { traffic.attribution = .instance }
            readSpan(fields, into: &traffic)
            scenario.traffic.append(traffic)
        }
    }

    /// A host by its own name.
    func host(_ fields: Fields, _ key: String) -> String? {
        guard let text = fields.text(key), let node = fields.value(key) else { return nil }
        guard names.hosts.contains(text) else {
            if names.nodesAreKnown { reportUnknown("host", text, at: node, among: names.hosts) }
            return nil
        }
        return text
    }

    private func readArrival(_ fields: Fields, into traffic: inout TrafficSpec) {
        if case .exec = traffic.kind { traffic.arrival.ratePerSecond = 10 }
        readRate(fields, into: &traffic.arrival)
        if let node = fields.value("arrival") {
            traffic.arrival.spacing = readSpacing(node) ?? .constant
        }
        guard case .exec = traffic.kind else { return }
        let arrival = traffic.arrival
        let rate = max(arrival.ratePerSecond, arrival.finalRatePerSecond ?? 0)
        if rate > Limits.commandsPerSecond {
            let most = Int(Limits.commandsPerSecond)
            fields.report(
                "more than \(most) commands a second", value: "rate",
                expected: "at most \(most)/s: each command is a process of its own")
        }
    }

    private func readRate(_ fields: Fields, into arrival: inout Arrival) {
        guard let node = fields.value("rate") else { return }
        guard case .mapping = node.content else {
            let read = ScalarValue.read(node, as: .requestRate, for: "rate", into: sink)
            if let rate = read?.number { arrival.ratePerSecond = rate }
            return
        }
        guard let ramp = Fields(node, Shapes.ramp, sink), let from = ramp.number("from"),
            let to = ramp.number("to")
        else { return }
        if from == to {
            ramp.report(
                "a ramp whose rate does not change", value: "to",
                expected: "another rate, or the rate alone instead of a ramp")
        }
        arrival.ratePerSecond = from
        arrival.finalRatePerSecond = to
    }

    private func readSpacing(_ node: YamlNode) -> Arrival.Spacing? {
        guard case .mapping = node.content else {
            let type = ValueType.word(["constant", "poisson"])
            guard let text = node.text else {
                sink.report(
                    "'arrival' has \(node.described)", at: node,
                    expected: "constant, poisson or { burst: 50 }")
                return nil
            }
            if text == "burst" {
                sink.report(
                    "'arrival' is 'burst', which needs a number", at: node,
                    expected: "{ burst: 50 }, or another number of requests at once")
                return nil
            }
            let word = ScalarValue.read(node, as: type, for: "arrival", into: sink)?.text
            return word.map { $0 == "poisson" ? .poisson : .constant }
        }
        return Fields(node, Shapes.burst, sink)?.integer("burst").map { .burst($0) }
    }

    private func readSpan(_ fields: Fields, into traffic: inout TrafficSpec) {
        if let phase = phase(fields, "phase") {
            traffic.start = phase.begin
            traffic.end = phase.end
        }
        if fields.has("phase") {
            for extra in fields.present(of: ["start", "end"]) {
                fields.report(
                    "'\(extra.key)' beside 'phase'", key: extra.key,
                    expected: "either a phase, or start and end")
            }
        } else {
            if let start = fields.duration("start") { traffic.start = start }
            traffic.end = fields.duration("end")
        }
        if names.phasesAreKnown { checkSpan(of: traffic, fields) }
    }

    private func checkSpan(of traffic: TrafficSpec, _ fields: Fields) {
        let duration = scenario.duration
        let end = traffic.end ?? duration
        if traffic.start >= duration {
            fields.report(
                "the traffic starts at \(traffic.start.shortText), and the run ends at "
                    + duration.shortText, value: "start", expected: "an earlier start")
        } else if end > duration {
            fields.report(
                "the traffic ends at \(end.shortText), and the run at \(duration.shortText)",
                value: "end", expected: "at most the duration")
        } else if end <= traffic.start {
            fields.report(
                "the traffic ends at \(end.shortText), not after its start", value: "end",
                expected: "later than \(traffic.start.shortText)")
        } else if traffic.arrival.expectedCount(seconds: (end - traffic.start).seconds) < 1 {
            fields.report(
                "the traffic sends no request in \((end - traffic.start).shortText)",
                key: fields.has("rate") ? "rate" : "from", expected: "a higher rate")
        }
    }
}
