import CommyBase
import SimModel

/// `expect:` - what must hold.
extension DocumentReader {
    func readExpectations(_ document: Fields) {
        for item in list(document, "expect") {
            guard let fields = Fields(item, Shapes.expectation, sink) else { continue }
            let traffic = readTrafficName(fields)
            let claim = readClaim(fields, traffic: traffic)
            let scope = readScope(fields, claim: claim)
            guard let traffic, let claim, let scope else { continue }
            let expectation = ExpectationSpec(
                subject: .traffic(traffic.name), claim: claim.value, scope: scope,
                line: item.position.line,
                text: "\(traffic.name): \(claim.text)"
                    + Self.text(of: scope))
            scenario.expectations.append(expectation)
            checkWindow(of: expectation, traffic: traffic, fields)
        }
    }

    private func readTrafficName(_ fields: Fields) -> TrafficSpec? {
        guard let name = fields.text("traffic"), let node = fields.value("traffic") else {
            return nil
        }
        guard names.traffic.contains(name) else {
            reportUnknown("traffic", name, at: node, among: names.traffic)
            return nil
        }
        return scenario.traffic.first { $0.name == name }
    }

    struct ReadClaim {
        var value: ExpectationSpec.Claim
        var text: String
    }

    private func readClaim(_ fields: Fields, traffic: TrafficSpec?) -> ReadClaim? {
        let given = (fields.present(of: Shapes.claims) + fields.patterned)
            .sorted { $0.keyPosition < $1.keyPosition }
        let forms = "one of success, pNN, max, recovers, route with share"
        guard let first = given.first else {
            if fields.hasUnknownKey { return nil }
            let place = fields.entry("share").map(\.keyPosition) ?? fields.node.position
            let found = fields.has("share") ? "'share' without 'route'" : "nothing is expected"
            sink.report(found, at: place, expected: forms)
            return nil
        }
        for extra in given.dropFirst() {
            sink.report(
                "'\(extra.key)' beside '\(first.key)'", at: extra.keyPosition,
                width: extra.keyWidth, expected: "one claim an expectation")
        }
        if first.key != "route", fields.has("share") {
            fields.report(
                "'share' beside '\(first.key)'", key: "share", expected: "it belongs to 'route'")
        }
        switch first.key {
        case "success": return readSuccess(first)
        case "recovers": return readRecovers(first)
        case "route": return readRoute(fields, traffic: traffic)
        default: return readLatency(first)
        }
    }

    /// The operator and what follows it.
    private static func comparison(
        _ text: String
    ) -> (ExpectationSpec.Comparison?, rest: String) {
        let trimmed = String(text.drop { $0 == " " })
        for comparison in ExpectationSpec.Comparison.allCases
        where trimmed.hasPrefix(comparison.rawValue) {
            let rest = trimmed.dropFirst(comparison.rawValue.count).drop { $0 == " " }
            return (comparison, String(rest))
        }
        return (nil, trimmed)
    }

    private func report(_ entry: YamlEntry, _ fault: UnitFault, expected: String) {
        let reason = fault.reason.map { ": " + $0 } ?? ""
        sink.report(
            "'\(entry.key)' is \(entry.value.described)\(reason)", at: entry.value,
            expected: fault.cure ?? expected, suggestion: fault.suggestion)
    }

    private func readSuccess(_ entry: YamlEntry) -> ReadClaim? {
        guard let (comparison, value, text) = readShare(entry, bare: "say which side: \">= ")
        else { return nil }
        return ReadClaim(value: .success(comparison, value), text: "success \(text)")
    }

    /// A comparison with a percentage. A bare percentage means exactly it; `bare` is the beginning
    /// of the cure where that is not allowed but for 0% and 100%.
    private func readShare(
        _ entry: YamlEntry, bare: String?
    ) -> (ExpectationSpec.Comparison, Double, text: String)? {
        let form = "a comparison with a percentage, such as \">= 99.9%\""
        guard let text = entry.value.text else {
            report(entry, UnitFault(reason: nil), expected: form)
            return nil
        }
        let (comparison, rest) = Self.comparison(text)
        switch Units.probability(rest) {
        case .failure(let fault):
            report(entry, fault, expected: form)
            return nil
        case .success(let value):
            if comparison == nil, let bare, value > 0, value < 1 {
                report(
                    entry, UnitFault(reason: "no comparison", cure: "\(bare)\(rest)\""),
                    expected: form)
                return nil
            }
            let used = comparison ?? .equal
            let isVacuous =
                (used == .atLeast && value == 0) || (used == .atMost && value == 1)
            let isImpossible = (used == .more && value == 1) || (used == .less && value == 0)
            if isVacuous || isImpossible {
                let always = isVacuous ? "always holds" : "can never hold"
                report(
                    entry, UnitFault(reason: "it \(always)", cure: "a bound that can fail"),
                    expected: form)
                return nil
            }
            return (used, value, "\(used.rawValue) \(rest)")
        }
    }

    private func readLatency(_ entry: YamlEntry) -> ReadClaim? {
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

    private func readRecovers(_ entry: YamlEntry) -> ReadClaim? {
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
            return ReadClaim(value: .recovers(within: within), text: "recovers within \(rest)")
        }
    }

    private func readRoute(_ fields: Fields, traffic: TrafficSpec?) -> ReadClaim? {
        let backend = host(fields, "route")
        if let traffic, traffic.attribution == nil {
            fields.report(
                "'route' needs to know who answered, and the traffic '\(traffic.name)' has no "
                    + "backend-header", key: "route",
                expected: "backend-header: X-Backend (or another header) on that traffic")
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

    private func readScope(_ fields: Fields, claim: ReadClaim?) -> ExpectationSpec.Scope? {
        let grace = fields.duration("grace") ?? .zero
        let given = fields.present(of: Shapes.scopes)
        for extra in given.dropFirst() {
            fields.report(
                "'\(extra.key)' beside '\(given[0].key)'", key: extra.key,
                expected: "one window an expectation")
        }
        let recovers = if case .recovers = claim?.value { true } else { false }
        if recovers, given.first?.key != "after" {
            fields.report(
                "'recovers' without 'after'", key: given.first?.key ?? "recovers",
                expected: "after: FAULT, the fault that it recovers from")
            return nil
        }
        if fields.has("grace"), recovers || given.isEmpty || given[0].key == "before" {
            let other = recovers ? "recovers" : given.first?.key
            fields.report(
                other.map { "'grace' beside '\($0)'" } ?? "'grace' without a window",
                key: "grace", expected: "it belongs to 'during' and to 'after'")
        }
        guard let word = given.first?.key else { return .wholeRun }
        guard let text = fields.text(word), let node = fields.value(word) else { return nil }
        if word == "during", text == "no fault" { return .noFault(grace: grace) }
        guard names.faults.contains(text) else {
            let more = word == "during" ? ["no fault"] : []
            reportUnknown("fault", text, at: node, among: names.faults + more)
            return nil
        }
        switch word {
        case "during": return .during(.fault(text), grace: grace)
        case "after": return .after(.fault(text), grace: grace)
        default: return .before(.fault(text))
        }
    }

    private static func text(of scope: ExpectationSpec.Scope) -> String {
        func tail(_ grace: Duration) -> String {
            grace == .zero ? "" : ", grace \(grace.shortText)"
        }
        switch scope {
        case .wholeRun: return ""
        case .noFault(let grace): return " during no fault" + tail(grace)
        case .during(let period, let grace): return " during \(period.name)" + tail(grace)
        case .after(let period, let grace): return " after \(period.name)" + tail(grace)
        case .before(let period): return " before \(period.name)"
        }
    }
}
