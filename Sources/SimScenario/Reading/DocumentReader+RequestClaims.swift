import CommyBase
import SimModel

/// Claims on the requests of a traffic.
extension DocumentReader {
    func readSuccess(_ entry: YamlEntry) -> ReadClaim? {
        guard let (comparison, value, text) = readShare(entry, bare: "say which side: \">= ")
        else { return nil }
        return ReadClaim(value: .success(comparison, value), text: "success \(text)")
    }

    func readLatency(_ entry: YamlEntry) -> ReadClaim? {
        let form = "a comparison with a duration, such as \"<= 5ms\""
        var quantile: Double? = 1
        if entry.key != "max" {
            quantile = Self.quantile(entry.key)
            if quantile == nil {
                sink.report(
                    "'\(entry.key)' is no percentile", at: entry.keyPosition,
                    width: entry.keyWidth,
                    expected: "above p0 and below p100, such as p50, p99 or p99.9; the slowest "
                        + "is max")
            }
        }
        guard let text = entry.value.text else {
            report(entry, UnitFault(reason: nil), expected: form)
            return nil
        }
        let (comparison, rest) = Self.comparison(text)
        switch Units.duration(rest) {
        case .failure(let fault):
            report(entry, fault, expected: form)
            return nil
        case .success(let limit):
            guard let comparison else {
                report(
                    entry, UnitFault(reason: "no comparison", cure: "\"<= \(rest)\""),
                    expected: form)
                return nil
            }
            guard let quantile else { return nil }
            return ReadClaim(
                value: .latency(quantile: quantile, comparison, limit),
                text: "\(entry.key) \(comparison.rawValue) \(rest)")
        }
    }

    /// `p99.9` as 0.999.
    static func quantile(_ key: String) -> Double? {
        let digits = String(key.dropFirst())
        guard case .success(let percent) = Units.plainNumber(digits), percent > 0, percent < 100
        else { return nil }
        return percent / 100
    }

    func readRecovers(_ entry: YamlEntry) -> ReadClaim? {
        readWithin(entry).map { within, text in
            ReadClaim(value: .recovers(within: within), text: "recovers within \(text)")
        }
    }

    /// `within 300ms`, or the duration alone.
    func readWithin(_ entry: YamlEntry) -> (Duration, text: String)? {
        let form = "a duration such as 300ms, or 'within 300ms'"
        guard let text = entry.value.text else {
            report(entry, UnitFault(reason: nil), expected: form)
            return nil
        }
        let prefix = "within "
        let rest =
            text.hasPrefix(prefix)
            ? String(text.dropFirst(prefix.count).drop { $0 == " " }) : text
        switch Units.duration(rest) {
        case .failure(let fault):
            report(entry, fault, expected: form)
            return nil
        case .success(let within):
            return (within, rest)
        }
    }

    func readRoute(_ fields: Fields, traffic: TrafficSpec?) -> ReadClaim? {
        let backend = routed(fields, traffic: traffic)
        if let traffic, traffic.attribution == nil {
            fields.report(
                "'route' needs to know who answered, and the traffic '\(traffic.name)' does not "
                    + "say how", key: "route",
                expected: "backend: { header: X-Backend }, { body: REGEX } or peer on that traffic"
            )
        }
        guard let share = fields.entry("share") else {
            fields.report(
                "'route' without 'share'", key: "route", expected: "share: \"0%\" beside it")
            return nil
        }
        guard let (comparison, value, text) = readShare(share, bare: nil), let backend else {
            return nil
        }
        return ReadClaim(
            value: .share(backend: backend, comparison, value),
            text: "route \(backend) share \(text)")
    }

    /// A host, or one of several instances on a host.
    private func routed(_ fields: Fields, traffic: TrafficSpec?) -> String? {
        guard let text = fields.text("route"), let node = fields.value("route") else { return nil }
        guard case .mesh(let exchange) = traffic?.kind,
            let service = scenario.services.first(where: { $0.name == exchange.service }),
            let slash = text.firstIndex(of: "/")
        else { return host(fields, "route") }
        let labels = service.hosts.flatMap { host in
            (1...service.instances).map { service.label(of: $0, on: host) }
        }
        guard service.hosts.contains(String(text[..<slash])), labels.contains(text) else {
            reportUnknown("instance", text, at: node, among: labels)
            return nil
        }
        return text
    }

    func readThroughput(_ entry: YamlEntry, traffic: TrafficSpec?) -> ReadClaim? {
        guard
            let bound = bound(
                entry, as: Shapes.throughput,
                read: { text in
                    let isBits = text.contains("bit")
                    return isBits
                        ? Units.bitRate(text).map { (value: $0, isBits: true) }
                        : Units.requestRate(text).map { (value: $0, isBits: false) }
                })
        else { return nil }
        let text = "throughput \(bound.text)"
        guard !bound.value.isBits else {
            return ReadClaim(
                value: .goodput(bound.comparison, bitsPerSecond: bound.value.value), text: text)
        }
        checkReach(of: bound.value.value, bound.comparison, entry, traffic)
        return ReadClaim(
            value: .throughput(bound.comparison, ratePerSecond: bound.value.value), text: text)
    }

    /// Reports a throughput that the traffic never asks for. A tenth more is left alone, since a
    /// window may hold one request more than its length at the rate.
    private func checkReach(
        of rate: Double, _ comparison: ExpectationSpec.Comparison, _ entry: YamlEntry,
        _ traffic: TrafficSpec?
    ) {
        guard let arrival = traffic?.arrival, arrival.spacing == .constant else { return }
        let most = max(arrival.ratePerSecond, arrival.finalRatePerSecond ?? 0)
        switch comparison {
        case .atLeast, .more, .equal:
            guard rate > most * 1.1 else { return }
            report(
                entry,
                UnitFault(
                    reason: "it can never hold: the traffic asks for \(Self.shown(most))/s at most",
                    cure: "at most \(Self.shown(most))/s"), expected: "")
        case .atMost, .less:
            guard rate > most * 1.1 else { return }
            report(
                entry,
                UnitFault(
                    reason: "it always holds: the traffic asks for \(Self.shown(most))/s at most",
                    cure: "less than \(Self.shown(most))/s"), expected: "")
        }
    }

    private static func shown(_ rate: Double) -> String {
        let rounded = (rate * 1_000).rounded() / 1_000
        return rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
    }

    /// `0`, `<= 3%`: how many, or their share; a bare value is the one that is wanted.
    func readDatagrams(_ entry: YamlEntry) -> ReadClaim? {
        guard let fate = ExpectationSpec.DatagramFate(rawValue: entry.key) else {
            preconditionFailure("'\(entry.key)' is in the table but no fate of a datagram")
        }
        let bound = bound(entry, as: Shapes.amount, isAmount: true) { text in
            if let count = Int(text), (0...Limits.patternCount).contains(count) {
                return .success(ExpectationSpec.Amount.count(count))
            }
            guard text.hasSuffix("%") else { return .failure(UnitFault(reason: nil)) }
            return Units.probability(text).map { .share($0) }
        }
        guard let bound else { return nil }
        return ReadClaim(
            value: .datagrams(fate, bound.comparison, bound.value),
            text: "\(entry.key) \(bound.text)")
    }
}
