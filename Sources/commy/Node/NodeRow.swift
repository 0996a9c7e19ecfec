internal import CommyBase
internal import CommyWire

/// One row of a node's answer: an object whose keys stand in a fixed order.
struct NodeRow {
    /// The JSON text as it came.
    let text: String
    private let entries: [PayloadValue.Entry]

    init(_ text: String) throws(CommyError) {
        self.text = text
        let value: PayloadValue
        do {
            value = try PayloadCodec.decode(
                PayloadValue.self, from: Array(text.utf8), as: .json)
        } catch {
            throw error.commyError
        }
        guard case .map(let entries) = value else {
            throw CommyError(.payloadUnreadable, "a row that is no object")
        }
        self.entries = entries
    }

    /// What the key holds, as a person reads it; empty for what is not there.
    subscript(_ key: String) -> String {
        guard let value = entries.first(where: { $0.key == key })?.value else { return "" }
        return Self.words(value)
    }

    /// The whole number that the key holds, 0 for anything else.
    func number(_ key: String) -> UInt64 {
        guard case .unsigned(let number)? = entries.first(where: { $0.key == key })?.value else {
            return 0
        }
        return number
    }

    /// A list that the node may have cut, behind it how many more there are by `KEY_count`.
    func names(_ key: String) -> String {
        let shown = self[key]
        let count = UInt64(shown.split(separator: " ").count)
        let more = number("\(key)_count")
        return more > count ? "\(shown) and \(more - count) more" : shown
    }

    func isTrue(_ key: String) -> Bool {
        entries.first { $0.key == key }?.value == .bool(true)
    }

    private static func words(_ value: PayloadValue) -> String {
        switch value {
        case .null: ""
        case .bool(let truth): truth ? "yes" : "no"
        case .unsigned(let number): String(number)
        case .integer(let number): String(number)
        case .float(let number): String(number)
        case .double(let number): String(number)
        case .text(let text): text
        case .bytes(let bytes): "\(bytes.count) bytes"
        case .list(let values): values.map(words).joined(separator: " ")
        case .map(let entries):
            entries.map { "\($0.key)=\(words($0.value))" }.joined(separator: " ")
        }
    }
}
