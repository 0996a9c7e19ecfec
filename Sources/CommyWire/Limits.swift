/// What the protocol allows at most. Both sides of a link hold each other to these; a sender that
/// is above one breaks the protocol.
public enum WireLimits {
    /// Bytes of a frame's payload: a long message is cut into several DATA frames, so that an
    /// urgent frame never waits for more than one of these (52 us at 10 Gbit/s).
    public static let framePayload = 64 * 1_024
    /// Bytes of OPEN: `service + method + traceState + metadata + 100 <= openPayload`.
    public static let openPayload = 8 * 1_024
    /// Bytes of HEAD: `metadata + 16 <= headPayload`.
    public static let headPayload = 8 * 1_024
    /// Bytes of HELLO and HELLO_OK, the only frames that are read before the peer is known.
    public static let helloPayload = 2 * 1_024
    /// Bytes of GOAWAY and RESET: `errorDetail + 16 <= errorPayload`.
    public static let errorPayload = 1_024

    /// Bytes of the text that goes with an error; a longer one is cut by its sender.
    public static let errorDetail = 512
    /// Bytes of a method's name; W3C span names and gRPC paths stay far below.
    public static let methodName = 255
    /// Bytes of `tracestate`: W3C trace context 3.3.1.5 asks for at least 512.
    public static let traceState = 512
    /// Members of `tracestate`: W3C trace context 3.3.1.1.
    public static let traceStateMembers = 32
    /// Entries of a stream's metadata.
    public static let metadataEntries = 32
    /// Bytes of one metadata value.
    public static let metadataValue = 1_024
    /// Bytes of all keys and values of a stream's metadata.
    public static let metadataBytes = 4 * 1_024
    /// Addresses that a node tells of itself.
    public static let addresses = 8
    /// Bytes of a zone's path.
    public static let zone = 255
    /// Bytes of the text that names a build.
    public static let build = 63

    /// Bytes that a sender may have outstanding on one link, unless the receiver says otherwise:
    /// 1 MiB keeps 840 Mbit/s busy over a round trip of 10 ms, and bounds what one peer can make
    /// the other hold. At least `streamCredit`.
    public static let linkCredit: UInt32 = 1 << 20
    /// Bytes outstanding on one stream: one full frame. At least `framePayload`, or a full frame
    /// could never leave.
    public static let streamCredit: UInt32 = 64 * 1_024
    /// Highest credit that may pile up, of a stream or a link: 2^31 - 1, as in RFC 9113 6.9.1.
    public static let creditCeiling: UInt32 = 0x7fff_ffff
}
