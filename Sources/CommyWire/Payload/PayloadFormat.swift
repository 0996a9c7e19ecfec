/// How the bytes of a message are to be read. A number without a name here is some application's
/// own format; the mesh carries it like any other.
public struct PayloadFormat: RawRepresentable, Sendable, Hashable, Comparable,
    CustomStringConvertible
{
    public let rawValue: UInt8

    @inlinable
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Bytes that only the application knows how to read.
    public static let opaque = PayloadFormat(rawValue: 0)
    /// RFC 8259.
    public static let json = PayloadFormat(rawValue: 1)
    public static let messagePack = PayloadFormat(rawValue: 2)
    /// RFC 8949, deterministic encoding (section 4.2.1).
    public static let cbor = PayloadFormat(rawValue: 3)
    /// Numbers in their full width, fields in their order, no names.
    public static let fixed = PayloadFormat(rawValue: 4)
    /// Numbers as varints, fields in their order, no names.
    public static let compact = PayloadFormat(rawValue: 5)
    /// A table of offsets in front of the values, read in place.
    public static let view = PayloadFormat(rawValue: 6)

    /// Those that Commy reads itself.
    public static let known: [PayloadFormat] = [
        .opaque, .json, .messagePack, .cbor, .fixed, .compact, .view,
    ]

    public var description: String {
        switch rawValue {
        case 0: "opaque"
        case 1: "json"
        case 2: "messagepack"
        case 3: "cbor"
        case 4: "fixed"
        case 5: "compact"
        case 6: "view"
        // Numbers of applications have no names.
        default: "format-\(rawValue)"
        }
    }

    @inlinable
    public static func < (left: PayloadFormat, right: PayloadFormat) -> Bool {
        left.rawValue < right.rawValue
    }
}
