/// What the lockstep fabric must know of a TCP segment.
public struct SegmentFacts: Sendable, Equatable {
    public enum Kind: Sendable, Equatable {
        /// Opens a direction of a connection.
        case opening
        /// Takes up sequence numbers: payload, FIN.
        case data
        /// Only acknowledges.
        case bare
        case reset
    }
    public var kind: Kind
    public var sequence: UInt32
    /// The first sequence number after it.
    public var end: UInt32

    public init(kind: Kind, sequence: UInt32, end: UInt32) {
        self.kind = kind
        self.sequence = sequence
        self.end = end
    }

    /// Reads the TCP header of an IP packet; nil for anything else.
    public init?(_ bytes: borrowing Span<UInt8>, _ header: PacketHeader) {
        let offset = header.transportOffset
        guard header.transport == 6, bytes.count >= offset + 20 else { return nil }
        let dataOffset = Int(bytes[offset + 12] >> 4) * 4
        let total =
            header.version == 4
            ? Int(bytes[2]) << 8 | Int(bytes[3]) : 40 + (Int(bytes[4]) << 8 | Int(bytes[5]))
        let payload = max(0, total - offset - dataOffset)
        let flags = header.tcpFlags
        let (isFIN, isSYN, isRST) = (flags & 1 != 0, flags & 2 != 0, flags & 4 != 0)
        sequence = header.tcpSequence
        end = sequence &+ UInt32(payload) &+ (isFIN ? 1 : 0) &+ (isSYN ? 1 : 0)
        kind = isRST ? .reset : isSYN ? .opening : end != sequence ? .data : .bare
    }
}
