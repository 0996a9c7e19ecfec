internal import CommyLinux

/// `--key value` pairs and flags, each key at most once unless it may be repeated.
package struct TrafficOptions {
    private var pairs: [(key: String, value: String)] = []
    private var raised: [String] = []

    /// `flags` are keys without a value.
    package init(
        _ arguments: [String], allowed: [String], repeatable: [String] = [], flags: [String] = []
    ) throws(TrafficCommand.Misuse) {
        var index = 0
        while index < arguments.count {
            let key = arguments[index]
            if flags.contains(key) {
                guard !raised.contains(key) else { throw .init("\(key): given twice") }
                raised.append(key)
                index += 1
                continue
            }
            guard allowed.contains(key) || repeatable.contains(key) else {
                throw .init("unknown option \(key); see --help")
            }
            guard index + 1 < arguments.count else { throw .init("\(key): value missing") }
            guard self[key] == nil || repeatable.contains(key) else {
                throw .init("\(key): given twice")
            }
            pairs.append((key, arguments[index + 1]))
            index += 2
        }
    }

    package func has(_ flag: String) -> Bool { raised.contains(flag) }

    package subscript(key: String) -> String? { pairs.first { $0.key == key }?.value }

    /// Every value of a key that may be repeated, in order.
    package func all(_ key: String) -> [String] { pairs.filter { $0.key == key }.map(\.value) }

    package func required(_ key: String) throws(TrafficCommand.Misuse) -> String {
        guard let value = self[key] else { throw .init("\(key): missing; see --help") }
        return value
    }

    package func number(
        _ key: String, in range: ClosedRange<Int64>, else fallback: Int64? = nil
    ) throws(TrafficCommand.Misuse) -> Int64 {
        if let fallback, self[key] == nil { return fallback }
        let text = try required(key)
        guard let number = Int64(text), range.contains(number) else {
            throw .init(
                "\(key): \(text) is no number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }
}
