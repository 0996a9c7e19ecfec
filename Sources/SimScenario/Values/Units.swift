/// Why a value with a unit was refused.
struct UnitFault: Error, Equatable {
    var reason: String?
    /// How to write it, instead of the general description of the type.
    var cure: String?
    var suggestion: String?

    init(reason: String?, cure: String? = nil, suggestion: String? = nil) {
        self.reason = reason
        self.cure = cure
        self.suggestion = suggestion
    }
}

/// Reads values that carry their unit: `40ms`, `0.1%`, `10mbit`, `1KiB`, `200/s`.
enum Units {
    typealias Parsed<Value> = Result<Value, UnitFault>

    private struct Unit {
        var name: String
        var factor: Double
    }

    private static let time = [
        Unit(name: "ns", factor: 1), Unit(name: "us", factor: 1e3),
        Unit(name: "ms", factor: 1e6), Unit(name: "s", factor: 1e9),
        Unit(name: "m", factor: 60e9), Unit(name: "h", factor: 3_600e9),
    ]
    private static let bits = [
        Unit(name: "bit", factor: 1), Unit(name: "kbit", factor: 1e3),
        Unit(name: "mbit", factor: 1e6), Unit(name: "gbit", factor: 1e9),
    ]
    private static let bytes = [
        Unit(name: "B", factor: 1),
        Unit(name: "kB", factor: 1e3), Unit(name: "MB", factor: 1e6),
        Unit(name: "GB", factor: 1e9),
        Unit(name: "KiB", factor: 1_024), Unit(name: "MiB", factor: 1_048_576),
        Unit(name: "GiB", factor: 1_073_741_824),
    ]
    private static let requests = [
        Unit(name: "/s", factor: 1), Unit(name: "/m", factor: 1 / 60.0),
        Unit(name: "/h", factor: 1 / 3_600.0),
    ]

    /// `40ms`, `1.5s`, `250us`, `2m`; whole nanoseconds.
    static func duration(_ text: String) -> Parsed<Duration> {
        scaled(text, units: time, example: "ms").flatMap { nanoseconds in
            guard nanoseconds <= Limits.longestSeconds * 1e9 else {
                return .failure(UnitFault(reason: "more than a day"))
            }
            guard nanoseconds == 0 || nanoseconds >= 1 else {
                return .failure(UnitFault(reason: "less than a nanosecond"))
            }
            return .success(.nanoseconds(Int64(nanoseconds.rounded())))
        }
    }

    /// `-5s`: a duration that may go back.
    static func signedDuration(_ text: String) -> Parsed<Duration> {
        guard text.hasPrefix("-") else { return duration(text) }
        return duration(String(text.dropFirst())).map { .zero - $0 }
    }

    /// `200ppm`, `-50ppm`.
    static func drift(_ text: String) -> Parsed<Double> {
        let digits = text.hasPrefix("-") ? String(text.dropFirst()) : text
        let units = [Unit(name: "ppm", factor: 1)]
        return scaled(digits, units: units, example: "ppm").flatMap { value in
            guard value <= Limits.driftPerMillion else {
                let most = Int(Limits.driftPerMillion)
                return .failure(UnitFault(reason: "more than \(most)ppm"))
            }
            return .success(text.hasPrefix("-") ? -value : value)
        }
    }

    /// `10%` within bounds, as a share; the sign cannot be left out, since the bounds may be above
    /// 100%.
    static func percentage(_ text: String, _ range: ClosedRange<Int>) -> Parsed<Double> {
        let (number, unit) = split(text)
        guard let value = decimal(number) else { return .failure(UnitFault(reason: nil)) }
        guard unit == "%" else {
            return .failure(
                UnitFault(
                    reason: unit.isEmpty ? "it has no unit" : "'\(unit)' is no unit of a share",
                    cure: "a number with its sign, such as \(range.contains(10) ? 10 : 50)%"))
        }
        guard value >= Double(range.lowerBound), value <= Double(range.upperBound) else {
            return .failure(UnitFault(reason: "it is out of range"))
        }
        return .success(value / 100)
    }

    /// `0.1%`, or plain `0.001`: a number in 0...1.
    static func probability(_ text: String) -> Parsed<Double> {
        let (number, unit) = split(text)
        guard let value = decimal(number) else { return .failure(UnitFault(reason: nil)) }
        switch unit {
        case "%":
            guard value <= 100 else {
                return .failure(UnitFault(reason: "more than 100%", cure: "0% to 100%"))
            }
            return .success(value / 100)
        case "":
            guard value <= 1 else {
                return .failure(
                    UnitFault(
                        reason: "a number above 1 is no share",
                        cure: value <= 100 ? "\(number)% if percent is meant" : "0% to 100%"))
            }
            return .success(value)
        default:
            return .failure(UnitFault(reason: "'\(unit)' is no unit of a share"))
        }
    }

    /// `10mbit`, in bits per second; never 0.
    static func bitRate(_ text: String) -> Parsed<Double> {
        var plain = text
        for suffix in ["/s", "ps"] where plain.hasSuffix(suffix) { plain.removeLast(2) }
        let parsed = scaled(
            plain.lowercased() == plain ? plain : text, units: bits, example: "kbit")
        return parsed.flatMap { value in
            guard value >= 1 else {
                return .failure(
                    UnitFault(
                        reason: "a rate of 0 sends nothing",
                        cure: "a rate above 0; to stop all packets use a fault 'cut'"))
            }
            guard value <= Limits.bitsPerSecond else {
                return .failure(UnitFault(reason: "more than a terabit"))
            }
            return .success(value)
        }
    }

    /// `1KiB`, `64kB`, `1500B` or plain `1500`: whole bytes.
    static func size(_ text: String) -> Parsed<Int> {
        let (number, unit) = split(text)
        let whole = unit.isEmpty && decimal(number) != nil ? text + "B" : text
        return scaled(whole, units: bytes, example: "B").flatMap { value in
            guard value <= Double(Limits.bytes) else {
                return .failure(UnitFault(reason: "more than a tebibyte"))
            }
            guard value == value.rounded() else {
                return .failure(UnitFault(reason: "not a whole number of bytes"))
            }
            return .success(Int(value))
        }
    }

    /// `200/s`, `10/m`: requests per second; never 0.
    static func requestRate(_ text: String) -> Parsed<Double> {
        scaled(text, units: requests, example: "/s").flatMap { value in
            guard value > 0 else {
                return .failure(UnitFault(reason: "a rate of 0 sends nothing"))
            }
            guard value <= Limits.requestsPerSecond else {
                let most = Int(Limits.requestsPerSecond)
                return .failure(UnitFault(reason: "more than \(most)/s"))
            }
            return .success(value)
        }
    }

    /// A plain number, which may be negative.
    static func plainNumber(_ text: String) -> Parsed<Double> {
        let digits = text.hasPrefix("-") ? String(text.dropFirst()) : text
        guard let value = decimal(digits) else { return .failure(UnitFault(reason: nil)) }
        return .success(text.hasPrefix("-") ? -value : value)
    }

    private static func scaled(
        _ text: String, units: [Unit], example: String
    ) -> Parsed<Double> {
        let (number, unit) = split(text)
        guard let value = decimal(number) else { return .failure(UnitFault(reason: nil)) }
        if let known = units.first(where: { $0.name == unit }) {
            return .success(value * known.factor)
        }
        guard !unit.isEmpty else {
            let all = units.map(\.name).joined(separator: ", ")
            return .failure(
                UnitFault(
                    reason: "it has no unit",
                    cure: "a unit after the number, such as \(number)\(example) (\(all))"))
        }
        let trimmed = String(unit.drop { $0 == " " })
        if trimmed != unit, units.contains(where: { $0.name == trimmed }) {
            return .failure(
                UnitFault(
                    reason: "there is a space before its unit", suggestion: "\(number)\(trimmed)"))
        }
        let names = units.map(\.name)
        let sameLetters = names.first { $0.lowercased() == trimmed.lowercased() }
        let nearest = sameLetters ?? Suggestion.nearest(to: trimmed, among: names)
        return .failure(
            UnitFault(
                reason: "'\(trimmed)' is no unit of it",
                cure: "one of the units " + names.joined(separator: ", "),
                suggestion: nearest.map { "\(number)\($0)" }))
    }

    /// Regular expressions (ECMA 262, not anchored) of what the functions above take.
    private static let digits = "[0-9]+(\\.[0-9]+)?"
    static let durationPattern = "\(digits)\(oneOf(time))"
    static let driftPattern = "-?\(digits)ppm"
    static let percentPattern = "\(digits)%"
    static let sharePattern = "(\(digits)%|0|1|0\\.[0-9]+|1\\.0+)"
    static let bitRatePattern = "\(digits)\(oneOf(bits))(/s|ps)?"
    static let sizePattern = "(\(digits)\(oneOf(bytes))|[0-9]+)"
    static let requestRatePattern = "\(digits)\(oneOf(requests))"

    private static func oneOf(_ units: [Unit]) -> String {
        "(" + units.map(\.name).joined(separator: "|") + ")"
    }

    /// The leading number and what follows it.
    private static func split(_ text: String) -> (number: String, unit: String) {
        let number = text.prefix { ("0"..."9").contains($0) || $0 == "." || $0 == "_" }
        return (String(number), String(text.dropFirst(number.count)))
    }

    /// Digits with at most one point between them: no sign, no exponent, no infinity.
    private static func decimal(_ text: String) -> Double? {
        let isDecimal = text.allSatisfy { ("0"..."9").contains($0) || $0 == "." }
        guard isDecimal, let first = text.first, let last = text.last, text.count <= 20,
            first != ".", last != "."
        else { return nil }
        return Double(text)
    }
}
