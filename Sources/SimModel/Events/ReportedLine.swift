/// Reads lines by which a program tells the harness what goes on in it:
///
///     @commy KIND key=value key=value ...
///
/// One space stands between the parts. A kind is a lowercase letter followed by lowercase letters,
/// digits and '-'; a key the same with '_' instead of '-'. A value is anything without a space or a
/// control character; what it cannot hold is written as in a URL (`%20`), and so is '%' itself.
public enum ReportedLine: Sendable, Equatable {
    case report(kind: String, ReportedFields)
    /// It has the mark and breaks the form; the text says where.
    case malformed(String)

    /// The word that a report begins with.
    public static let mark = "@commy"
    /// Pairs of one report: several times what a node says at once.
    public static let fieldLimit = 64
    /// Bytes of one report; a line that the harness cuts is longer.
    public static let byteLimit = 4_096

    /// Nil for a line without the mark: ordinary output.
    public init?(_ line: String) {
        guard line.hasPrefix(Self.mark) else { return nil }
        let rest = line.dropFirst(Self.mark.count)
        // `@commyness` is another word.
        guard rest.isEmpty || rest.first == " " else { return nil }
        do throws(Malformed) {
            self = try Self.read(line, rest.dropFirst())
        } catch {
            self = .malformed(error.reason)
        }
    }

    private struct Malformed: Error {
        var reason: String
    }

    private static func read(_ line: String, _ rest: Substring) throws(Malformed) -> ReportedLine {
        guard line.utf8.count <= byteLimit else {
            throw Malformed(reason: "it is longer than \(byteLimit) bytes")
        }
        let words = rest.split(separator: " ", omittingEmptySubsequences: false)
        guard let kind = words.first, isName(kind, joint: UInt8(ascii: "-")) else {
            throw Malformed(reason: "no kind follows the mark: a lowercase word such as 'member'")
        }
        guard words.count - 1 <= fieldLimit else {
            throw Malformed(reason: "it has more than \(fieldLimit) pairs")
        }
        var fields: [ReportedFields.Field] = []
        for word in words.dropFirst() {
            guard let equals = word.firstIndex(of: "="),
                isName(word[..<equals], joint: UInt8(ascii: "_"))
            else { throw Malformed(reason: "'\(word)' is no key=value") }
            let name = String(word[..<equals])
            guard !fields.contains(where: { $0.name == name }) else {
                throw Malformed(reason: "the key '\(name)' comes twice")
            }
            guard let value = decoded(word[word.index(after: equals)...]) else {
                throw Malformed(
                    reason: "the value of '\(name)' has a '%' that two hexadecimal digits do not "
                        + "follow, or is no UTF-8")
            }
            fields.append(ReportedFields.Field(name, value))
        }
        return .report(kind: String(kind), ReportedFields(fields))
    }

    private static func isName(_ text: Substring, joint: UInt8) -> Bool {
        guard let first = text.utf8.first, isLetter(first) else { return false }
        return text.utf8.allSatisfy { isLetter($0) || (0x30...0x39).contains($0) || $0 == joint }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7a).contains(byte) }

    /// Percent-encoding undone; nil where it is broken.
    private static func decoded(_ text: Substring) -> String? {
        guard text.utf8.contains(UInt8(ascii: "%")) else { return String(text) }
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(digit),
                let low = rest.popFirst().flatMap(digit)
            else { return nil }
            bytes.append(high << 4 | low)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x37
        case 0x61...0x66: byte - 0x57
        case _: nil
        }
    }
}
