/// Writes one JSON object (RFC 8259) with the keys in the order in which they are added; strings,
/// integers, truth values and lists of strings.
public struct JSONRow: Sendable {
    private var content = ""

    public init() {}

    public var text: String { "{\(content)}" }

    public mutating func add(_ key: String, _ value: String) {
        begin(key)
        Self.write(value, into: &content)
    }

    public mutating func add(_ key: String, _ value: some BinaryInteger) {
        begin(key)
        content += String(value)
    }

    public mutating func add(_ key: String, _ value: Bool) {
        begin(key)
        content += value ? "true" : "false"
    }

    public mutating func add(_ key: String, _ values: [String]) {
        begin(key)
        content += "["
        for (index, value) in values.enumerated() {
            if index > 0 { content += "," }
            Self.write(value, into: &content)
        }
        content += "]"
    }

    private mutating func begin(_ key: String) {
        if !content.isEmpty { content += "," }
        Self.write(key, into: &content)
        content += ":"
    }

    private static func write(_ value: String, into text: inout String) {
        text += "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
            // Everything else may stand as it is.
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }
}
