import CommyBase
import SimModel

/// The window of an expectation: `during`, `after`, `before` and `grace`.
extension DocumentReader {
    func readScope(
        _ fields: Fields, claim: ReadClaim?, _ entry: YamlEntry
    ) -> ExpectationSpec.Scope? {
        let grace = fields.duration("grace") ?? .zero
        let given = fields.present(of: Shapes.scopes)
        for extra in given.dropFirst() {
            fields.report(
                "'\(extra.key)' beside '\(given[0].key)'", key: extra.key,
                expected: "one window an expectation")
        }
        let recovers = entry.key == "recovers"
        if recovers, given.first?.key != "after" {
            fields.report(
                "'recovers' without 'after'", key: given.first?.key ?? "recovers",
                expected: "after: FAULT, the fault that it recovers from")
            return nil
        }
        if entry.key == "exit", let scope = given.first?.key {
            fields.report(
                "'\(scope)' beside 'exit', which is about the end of the traffic", key: scope,
                expected: "no window")
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
        guard let period = period(text, word, at: node, needsFault: recovers) else { return nil }
        switch word {
        case "during": return .during(period, grace: grace)
        case "after": return .after(period, grace: grace)
        default: return .before(period)
        }
    }

    private func period(
        _ name: String, _ word: String, at node: YamlNode, needsFault: Bool
    ) -> ExpectationSpec.Period? {
        if names.faults.contains(name) { return .fault(name) }
        if names.phases.contains(name) {
            guard needsFault else { return .phase(name) }
            sink.report(
                "'\(name)' is a phase, and 'recovers' needs a fault", at: node,
                expected: names.faults.isEmpty
                    ? "a fault; there is none" : "one of " + names.faults.joined(separator: ", "))
            return nil
        }
        let more = word == "during" ? ["no fault"] : []
        let phases = needsFault ? [] : names.phases
        reportUnknown(
            phases.isEmpty ? "fault" : "fault or phase", name, at: node,
            among: names.faults + phases + more)
        return nil
    }

    static func text(of scope: ExpectationSpec.Scope) -> String {
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
