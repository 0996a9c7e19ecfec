/// What the fabric must know of an IPv4 or IPv6 packet: who sends to whom, and in which
/// conversation.
///
/// Reading is total: any bytes give a header or nil, and nothing beyond the span is looked at.
public struct PacketHeader: Sendable, Equatable {
    /// 4 or 6.
    public var version: UInt8
    public var source: Address
    public var destination: Address
    /// IANA protocol number: 6 TCP, 17 UDP, 1 ICMP, 58 ICMPv6.
    public var transport: UInt8
    /// For ICMP echo both hold the identifier; 0 where the protocol has no ports.
    public var sourcePort: UInt16
    public var destinationPort: UInt16
    /// The flag byte of a TCP header, 0 otherwise.
    public var tcpFlags: UInt8
    /// The sequence number of a TCP header, 0 otherwise.
    public var tcpSequence: UInt32
    /// Bytes of the IP header with its extensions.
    public var transportOffset: Int

    /// An address as two big-endian halves; IPv4 fills the low 32 bits.
    public struct Address: Sendable, Hashable {
        public var high: UInt64
        public var low: UInt64

        public init(high: UInt64, low: UInt64) {
            self.high = high
            self.low = low
        }
    }

    /// True for the first packet of a TCP connection: SYN without ACK.
    public var opensConnection: Bool { transport == 6 && tcpFlags & 0x12 == 0x02 }

    /// Reads the packet in `bytes`; nil when it is too short or not IP.
    public init?(_ bytes: borrowing Span<UInt8>) {
        guard bytes.count >= 20 else { return nil }
        version = bytes[0] >> 4
        switch version {
        case 4:
            guard let header = Self.readIPv4(bytes) else { return nil }
            self = header
        case 6:
            guard let header = Self.readIPv6(bytes) else { return nil }
            self = header
        // Any other number in this field is not a packet that a TUN device hands out.
        default:
            return nil
        }
    }

    private init(
        version: UInt8, source: Address, destination: Address, transport: UInt8, offset: Int
    ) {
        self.version = version
        self.source = source
        self.destination = destination
        self.transport = transport
        transportOffset = offset
        sourcePort = 0
        destinationPort = 0
        tcpFlags = 0
        tcpSequence = 0
    }

    private static func readIPv4(_ bytes: borrowing Span<UInt8>) -> PacketHeader? {
        let offset = Int(bytes[0] & 0x0f) * 4
        guard offset >= 20, bytes.count >= offset else { return nil }
        var header = PacketHeader(
            version: 4, source: Address(high: 0, low: UInt64(big32(bytes, 12))),
            destination: Address(high: 0, low: UInt64(big32(bytes, 16))), transport: bytes[9],
            offset: offset)
        // Later fragments have no transport header; they are a conversation of their own.
        let fragmentOffset = (UInt16(bytes[6] & 0x1f) << 8) | UInt16(bytes[7])
        if fragmentOffset == 0 { header.readTransport(bytes) }
        return header
    }

    private static func readIPv6(_ bytes: borrowing Span<UInt8>) -> PacketHeader? {
        guard bytes.count >= 40 else { return nil }
        var next = bytes[6]
        var offset = 40
        // Hop-by-hop, routing and destination options: each has its length in units of 8 bytes.
        while next == 0 || next == 43 || next == 60 {
            guard bytes.count >= offset + 8 else { break }
            next = bytes[offset]
            offset += (Int(bytes[offset + 1]) + 1) * 8
        }
        var header = PacketHeader(
            version: 6, source: Address(high: big64(bytes, 8), low: big64(bytes, 16)),
            destination: Address(high: big64(bytes, 24), low: big64(bytes, 32)), transport: next,
            offset: min(offset, bytes.count))
        header.readTransport(bytes)
        return header
    }

    private mutating func readTransport(_ bytes: borrowing Span<UInt8>) {
        let offset = transportOffset
        switch transport {
        case 6 where bytes.count >= offset + 14:
            sourcePort = Self.big16(bytes, offset)
            destinationPort = Self.big16(bytes, offset + 2)
            tcpFlags = bytes[offset + 13]
            tcpSequence = Self.big32(bytes, offset + 4)
        case 17 where bytes.count >= offset + 4, 132 where bytes.count >= offset + 4:
            sourcePort = Self.big16(bytes, offset)
            destinationPort = Self.big16(bytes, offset + 2)
        case 1 where bytes.count >= offset + 6 && Self.isEcho4(bytes[offset]),
            58 where bytes.count >= offset + 6 && Self.isEcho6(bytes[offset]):
            sourcePort = Self.big16(bytes, offset + 4)
            destinationPort = sourcePort
        // Other protocols, and headers that are cut short, have no ports.
        default:
            break
        }
    }

    /// Echo reply and echo request (RFC 792).
    private static func isEcho4(_ type: UInt8) -> Bool { type == 0 || type == 8 }

    /// Echo request and echo reply (RFC 4443).
    private static func isEcho6(_ type: UInt8) -> Bool { type == 128 || type == 129 }

    private static func big16(_ bytes: borrowing Span<UInt8>, _ offset: Int) -> UInt16 {
        UInt16(bytes[offset]) << 8 | UInt16(bytes[offset + 1])
    }

    private static func big32(_ bytes: borrowing Span<UInt8>, _ offset: Int) -> UInt32 {
        UInt32(big16(bytes, offset)) << 16 | UInt32(big16(bytes, offset + 2))
    }

    private static func big64(_ bytes: borrowing Span<UInt8>, _ offset: Int) -> UInt64 {
        UInt64(big32(bytes, offset)) << 32 | UInt64(big32(bytes, offset + 4))
    }
}
