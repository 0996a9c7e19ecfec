/// Who a node is: `spiffe://MESH/node/NAME` (SPIFFE-ID 1.0, sections 2.1 to 2.3).
///
/// The mesh is the trust domain: whoever holds its root says who its nodes are.
public struct SpiffeID: Sendable, Hashable, CustomStringConvertible {
    /// Lower-case letters, digits, `.`, `-` and `_`.
    public let mesh: String
    /// Letters, digits, `.`, `-` and `_`; not `.` or `..`.
    public let node: String

    /// Nil when one of the names is not allowed in such a URI.
    public init?(mesh: String, node: String) {
        guard Self.isMeshName(mesh), Self.isNodeName(node) else { return nil }
        self.mesh = mesh
        self.node = node
    }

    /// Reads `spiffe://MESH/node/NAME`, and nothing else: no port, query, or other path.
    public init?(_ uri: String) {
        guard uri.hasPrefix(Self.scheme) else { return nil }
        let parts = uri.dropFirst(Self.scheme.count)
            .split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[1] == "node" else { return nil }
        self.init(mesh: String(parts[0]), node: String(parts[2]))
    }

    public var description: String { "\(Self.scheme)\(mesh)/node/\(node)" }

    /// Whether a trust domain may have this name; at most 255 bytes.
    public static func isMeshName(_ text: String) -> Bool {
        (1...255).contains(text.utf8.count)
            && text.utf8.allSatisfy { isNameByte($0) && !isUpperCase($0) }
    }

    /// Whether a node may have this name; at most 64 bytes, the longest common name of X.509.
    public static func isNodeName(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count) && text.utf8.allSatisfy(isNameByte)
            && text != "." && text != ".."
    }

    static let scheme = "spiffe://"

    private static func isUpperCase(_ byte: UInt8) -> Bool { (0x41...0x5a).contains(byte) }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"): true
        case _: isUpperCase(byte)
        }
    }
}
