internal import CommyLinux

/// `--key value` pairs, each key at most once unless it may be repeated.
struct TrafficOptions {
    private var pairs: [(key: String, value: String)] = []

    init(
        _ arguments: [String], allowed: [String], repeatable: [String] = []
    ) throws(TrafficCommand.Misuse) {
        var index = 0
        while index < arguments.count {
            let key = arguments[index]
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

    subscript(key: String) -> String? { pairs.first { $0.key == key }?.value }

    /// Every value of a key that may be repeated, in order.
    func all(_ key: String) -> [String] { pairs.filter { $0.key == key }.map(\.value) }

    func required(_ key: String) throws(TrafficCommand.Misuse) -> String {
        guard let value = self[key] else { throw .init("\(key): missing; see --help") }
        return value
    }

    func number(
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
