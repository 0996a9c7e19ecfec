internal import SimModel

/// The two RST segments that end the TCP connection of a segment (RFC 9293, section 3.5.2).
///
/// Towards its sender the reset speaks with the other end's voice and the sequence number that the
/// segment acknowledges; towards the receiver it takes the segment's own place, so that both ends
/// find it at the left edge of their windows and believe it.
struct ConnectionReset: Equatable {
    /// The whole IP packet for the segment's sender.
    let toSender: [UInt8]
    /// The one for its receiver; nil for a SYN, whose receiver knows of no connection yet.
    let toReceiver: [UInt8]?

    static let resetFlag: UInt8 = 0x04
    private static let acknowledgeFlag: UInt8 = 0x10
    private static let synchroniseFlag: UInt8 = 0x02
    private static let finishFlag: UInt8 = 0x01
    private static let headerBytes = 20

    /// Nil when the packet is no whole TCP segment, or one that resets itself.
    init?(of packet: borrowing Span<UInt8>) {
        guard let header = PacketHeader(packet), header.transport == 6,
            header.tcpFlags & Self.resetFlag == 0,
            packet.count >= header.transportOffset + Self.headerBytes
        else { return nil }
        let start = header.transportOffset
        let dataOffset = Int(packet[start + 12] >> 4) * 4
        let flags = header.tcpFlags
        let acknowledgement = Self.big32(packet, start + 8)
        let hasAcknowledgement = flags & Self.acknowledgeFlag != 0
        // SYN and FIN take a sequence number each.
        let length =
            UInt32(clamping: max(0, packet.count - start - dataOffset))
            &+ (flags & Self.synchroniseFlag != 0 ? 1 : 0) &+ (flags & Self.finishFlag != 0 ? 1 : 0)
        let addresses = Self.addresses(packet, version: header.version)
        let ports = [UInt8](packet.bytes(start, 4))
        toSender = Self.segment(
            version: header.version, addresses.destination, addresses.source,
            Array(ports[2...]) + Array(ports[..<2]),
            sequence: hasAcknowledgement ? acknowledgement : 0,
            acknowledgement: header.tcpSequence &+ length,
            flags: Self.resetFlag | Self.acknowledgeFlag)
        let opens = header.opensConnection
        toReceiver =
            opens
            ? nil
            : Self.segment(
                version: header.version, addresses.source, addresses.destination, ports,
                sequence: header.tcpSequence,
                acknowledgement: hasAcknowledgement ? acknowledgement : 0,
                flags: Self.resetFlag | (flags & Self.acknowledgeFlag))
    }

    private static func addresses(
        _ packet: borrowing Span<UInt8>, version: UInt8
    ) -> (source: [UInt8], destination: [UInt8]) {
        version == 4
            ? (packet.bytes(12, 4), packet.bytes(16, 4))
            : (packet.bytes(8, 16), packet.bytes(24, 16))
    }

    private static func segment(
        version: UInt8, _ source: [UInt8], _ destination: [UInt8], _ ports: [UInt8],
        sequence: UInt32, acknowledgement: UInt32, flags: UInt8
    ) -> [UInt8] {
        var bytes: [UInt8]
        if version == 4 {
            // Version and length, no service, 40 bytes, no identification, do not fragment, 64
            // hops.
            bytes = [0x45, 0, 0, 40, 0, 0, 0x40, 0, 64, 6, 0, 0] + source + destination
            let sum = unsafe bytes.withUnsafeBytes { unsafe TransportChecksum.sum($0) }
            let checksum = ~TransportChecksum.folded(sum)
            bytes[10] = UInt8(checksum >> 8)
            bytes[11] = UInt8(truncatingIfNeeded: checksum)
        } else {
            bytes = [0x60, 0, 0, 0, 0, UInt8(headerBytes), 6, 64] + source + destination
        }
        let start = bytes.count
        bytes += ports + big(sequence) + big(acknowledgement) + [0x50, flags, 0, 0, 0, 0, 0, 0]
        unsafe bytes.withUnsafeMutableBytes { packet in
            unsafe TransportChecksum.fill(
                packet, isIPv6: version == 6, transport: 6, from: start, at: start + 16)
        }
        return bytes
    }

    private static func big(_ value: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
    }

    private static func big32(_ bytes: borrowing Span<UInt8>, _ offset: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 << 8 | UInt32(bytes[offset + $1]) }
    }
}

extension Span<UInt8> {
    /// A copy of a part.
    fileprivate func bytes(_ offset: Int, _ count: Int) -> [UInt8] {
        (offset..<offset + count).map { self[$0] }
    }
}
