/// A name that people give and machines compare: of a mesh, a node, a service.
///
/// Lower-case letters, digits, `-`, `.` and `_`; begins with a letter or digit; at most
/// `byteLimit` bytes. The same text is a DNS label sequence, a path segment of a SPIFFE id
/// (SPIFFE-ID section 2.2) and a file name.
public enum NameRule {
    /// RFC 1035 section 2.3.4: the longest DNS label.
    public static let byteLimit = 63
    /// The rule in words, for error messages.
    public static let words =
        "lower-case letters, digits, '-', '.' and '_', beginning with a letter or digit, "
        + "at most 63 of them"

    public static func accepts(_ text: String) -> Bool {
        let bytes = text.utf8
        guard let first = bytes.first, bytes.count <= byteLimit else { return false }
        return isLetterOrDigit(first)
            && bytes.allSatisfy { isLetterOrDigit($0) || $0 == 0x2d || $0 == 0x2e || $0 == 0x5f }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (0x61...0x7a).contains(byte) || (0x30...0x39).contains(byte)
    }
}

/// The name of a node, unique in its mesh because the mesh's authority issued a certificate for it:
/// `spiffe://MESH/node/NAME`.
public struct NodeName: Sendable, Hashable, Comparable, CustomStringConvertible {
    public let text: String

    /// Nil when the text breaks `NameRule`.
    public init?(_ text: String) {
        guard NameRule.accepts(text) else { return nil }
        self.text = text
    }

    public var description: String { text }
    public static func < (left: NodeName, right: NodeName) -> Bool { left.text < right.text }
}

/// The name of a mesh: the trust domain of its SPIFFE ids.
public struct MeshName: Sendable, Hashable, CustomStringConvertible {
    public let text: String

    /// Nil when the text breaks `NameRule`.
    public init?(_ text: String) {
        guard NameRule.accepts(text) else { return nil }
        self.text = text
    }

    public var description: String { text }
}

/// The name under which a service is called.
public struct ServiceName: Sendable, Hashable, Comparable, CustomStringConvertible {
    public let text: String

    /// Nil when the text breaks `NameRule`.
    public init?(_ text: String) {
        guard NameRule.accepts(text) else { return nil }
        self.text = text
    }

    public var description: String { text }
    public static func < (left: ServiceName, right: ServiceName) -> Bool { left.text < right.text }
}

/// A node's name in eight bytes, for tables and frames. Two names with one number are told apart by
/// the name in the member's record: the second one to come is refused.
public struct NodeID: Sendable, Hashable, Comparable, CustomStringConvertible {
    public let value: UInt64

    public init(value: UInt64) { self.value = value }
    public init(_ name: NodeName) { value = RandomKey(seed: 0).labelled(name.text).value }

    /// Sixteen hexadecimal digits.
    public var description: String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
    public static func < (left: NodeID, right: NodeID) -> Bool { left.value < right.value }
}

/// One place where a service is served: the node that owns it, and a number that this node never
/// gives twice in one life.
public struct InstanceID: Sendable, Hashable, Comparable, CustomStringConvertible {
    public let node: NodeID
    public let number: UInt32

    public init(node: NodeID, number: UInt32) {
        self.node = node
        self.number = number
    }

    public var description: String { "\(node)/\(number)" }
    public static func < (left: InstanceID, right: InstanceID) -> Bool {
        (left.node, left.number) < (right.node, right.number)
    }
}
