/// What tracing systems add to a request for themselves: W3C Trace Context, header `tracestate`.
///
/// Kept as one text in canonical form (no blanks around members, no empty ones), because a node
/// passes it on far more often than it reads it. Bounded by `WireLimits.traceState` bytes and
/// `WireLimits.traceStateMembers` members.
public struct TraceState: Sendable, Hashable, CustomStringConvertible {
    public struct Member: Sendable, Hashable {
        public let key: String
        public let value: String
    }
    /// `key=value,key=value`; empty for none.
    public let text: String

    public static let empty = TraceState(canonical: "")

    private init(canonical: String) { text = canonical }

    /// Reads the header; several headers are joined with commas first. Nil when it breaks a rule
    /// of section 3.3: then it is dropped as a whole and the request goes on without it.
    public init?(_ header: String) {
        var members: [Substring] = []
        var keys: [Substring] = []
        for part in header.split(separator: ",", omittingEmptySubsequences: true) {
            let member = Self.trimmed(part)
            if member.isEmpty { continue }
            guard let (key, value) = Self.split(member), Self.isKey(key), Self.isValue(value),
                !keys.contains(key)
            else { return nil }
            keys.append(key)
            members.append(member)
        }
        let canonical = members.joined(separator: ",")
        guard members.count <= WireLimits.traceStateMembers,
            canonical.utf8.count <= WireLimits.traceState
        else { return nil }
        text = canonical
    }

    /// On the wire only the canonical form is allowed.
    internal init(
        reading reader: inout ByteReader, _ bytes: borrowing RawSpan
    ) throws(WireError) {
        let text = try reader.text(limit: WireLimits.traceState, "tracestate", bytes)
        guard !text.isEmpty else {
            self = .empty
            return
        }
        guard let state = TraceState(text), state.text == text else {
            throw .invalid("tracestate")
        }
        self = state
    }

    public var members: [Member] {
        text.split(separator: ",").compactMap { part in
            Self.split(part).map { Member(key: String($0.key), value: String($0.value)) }
        }
    }

    /// With this member in front and its old value gone (section 3.4); the last members go when it
    /// would be too long. Nil when key or value break the rules.
    public func setting(_ key: String, to value: String) -> TraceState? {
        guard Self.isKey(key[...]), Self.isValue(value[...]) else { return nil }
        var parts = [Substring("\(key)=\(value)")]
        parts += text.split(separator: ",").filter { Self.split($0)?.key != key[...] }
        while parts.count > WireLimits.traceStateMembers
            || parts.reduce(parts.count - 1, { $0 + $1.utf8.count }) > WireLimits.traceState
        {
            parts.removeLast()
        }
        return TraceState(canonical: parts.joined(separator: ","))
    }

    public var description: String { text }

    private static func trimmed(_ part: Substring) -> Substring {
        var part = part
        while part.first == " " || part.first == "\t" { part.removeFirst() }
        while part.last == " " || part.last == "\t" { part.removeLast() }
        return part
    }

    private static func split(_ member: Substring) -> (key: Substring, value: Substring)? {
        guard let equals = member.utf8.firstIndex(of: 0x3d) else { return nil }
        return (member[..<equals], member[member.utf8.index(after: equals)...])
    }

    /// Section 3.3.1.3.1, as level 2 has it: one form for both kinds of keys.
    private static func isKey(_ key: Substring) -> Bool {
        let bytes = key.utf8
        guard let first = bytes.first, bytes.count <= 256, isLetterOrDigit(first) else {
            return false
        }
        return bytes.allSatisfy {
            isLetterOrDigit($0) || $0 == 0x5f || $0 == 0x2d || $0 == 0x2a || $0 == 0x2f
                || $0 == 0x40
        }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (0x61...0x7a).contains(byte) || (0x30...0x39).contains(byte)
    }

    /// Section 3.3.1.3.2: visible ASCII and blanks, neither `,` nor `=`, no blank at the end.
    private static func isValue(_ value: Substring) -> Bool {
        let bytes = value.utf8
        guard let last = bytes.last, bytes.count <= 256, last != 0x20 else { return false }
        return bytes.allSatisfy { (0x20...0x7e).contains($0) && $0 != 0x2c && $0 != 0x3d }
    }
}
