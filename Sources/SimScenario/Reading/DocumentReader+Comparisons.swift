import SimModel

/// Comparisons with a value: `">= 99.9%"`.
extension DocumentReader {
    struct Bound<Value> {
        var comparison: ExpectationSpec.Comparison
        var value: Value
        /// As the author wrote it: `<= 64MiB`.
        var text: String
    }

    /// The operator and what follows it.
    static func comparison(
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

    func report(_ entry: YamlEntry, _ fault: UnitFault, expected: String) {
        let reason = fault.reason.map { ": " + $0 } ?? ""
        sink.report(
            "'\(entry.key)' is \(entry.value.described)\(reason)", at: entry.value,
            expected: fault.cure ?? expected, suggestion: fault.suggestion)
    }

    /// A comparison with a percentage. A bare percentage means exactly it; `bare` is the beginning
    /// of the cure where that is not allowed but for 0% and 100%.
    func readShare(
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

    /// A comparison with a value that `read` understands. One that holds whatever happens, or
    /// never, is refused; `isAmount` tells that shares are among the values.
    func bound<Value>(
        _ entry: YamlEntry, as type: ValueType, isAmount: Bool = false,
        read: (String) -> Result<Value, UnitFault>
    ) -> Bound<Value>? {
        guard case .comparison(let form) = type else {
            preconditionFailure("'\(entry.key)' is no comparison in the table")
        }
        guard let text = entry.value.text else {
            report(entry, UnitFault(reason: nil), expected: type.described)
            return nil
        }
        let (comparison, rest) = Self.comparison(text)
        switch read(rest) {
        case .failure(let fault):
            report(entry, fault, expected: type.described)
            return nil
        case .success(let value):
            guard let used = comparison ?? (form.mayBeBare ? .equal : nil) else {
                report(
                    entry,
                    UnitFault(reason: "no comparison", cure: "\"<= \(rest)\" or \">= \(rest)\""),
                    expected: type.described)
                return nil
            }
            if let fault = Self.vacuity(used, rest, isAmount: isAmount) {
                report(entry, fault, expected: type.described)
                return nil
            }
            return Bound(comparison: used, value: value, text: "\(used.rawValue) \(rest)")
        }
    }

    private static func vacuity(
        _ comparison: ExpectationSpec.Comparison, _ text: String, isAmount: Bool
    ) -> UnitFault? {
        let digits = text.prefix { ("0"..."9").contains($0) || $0 == "." }
        guard let number = Double(digits) else { return nil }
        let isAll = isAmount && number == 100 && text.hasSuffix("%")
        let verdict: String? =
            switch comparison {
            case .atLeast: number == 0 ? "always holds" : nil
            case .less: number == 0 ? "can never hold" : nil
            case .atMost: isAll ? "always holds" : nil
            case .more: isAll ? "can never hold" : nil
            case .equal: nil
            }
        return verdict.map { UnitFault(reason: "it \($0)", cure: "a bound that can fail") }
    }
}
