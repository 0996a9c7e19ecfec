internal import SimModel

/// The virtio header (virtio 1.2, section 5.1.6) that a TUN device with offload puts before every
/// packet.
struct VirtioHeader: Equatable {
    static let byteCount = 10
    /// The transport checksum is still to be filled in, from `checksumStart` on, at
    /// `checksumOffset`.
    var needsChecksum: Bool
    /// 0 none, 1 TCP over IPv4, 4 TCP over IPv6; the ECN bit (0x80) is kept apart.
    var segmentation: UInt8
    /// Payload bytes of each wire segment.
    var segmentBytes: Int
    var checksumStart: Int
    var checksumOffset: Int

    init(_ bytes: UnsafeRawBufferPointer) {
        needsChecksum = unsafe bytes[0] & 1 != 0
        segmentation = unsafe bytes[1] & 0x7f
        segmentBytes = unsafe Int(bytes[4]) | Int(bytes[5]) << 8
        checksumStart = unsafe Int(bytes[6]) | Int(bytes[7]) << 8
        checksumOffset = unsafe Int(bytes[8]) | Int(bytes[9]) << 8
    }
}

/// Cuts a TCP super-packet into the packets that would be on the wire, as a network card does it.
///
/// `packet` is the IP packet without its virtio header.
struct SuperPacket {
    let headerBytes: Int
    let segmentBytes: Int
    let payloadBytes: Int
    private let isIPv6: Bool
    private let transportOffset: Int
    private let sequence: UInt32
    private let flags: UInt8
    private let identification: UInt16

    /// nil when it is not a TCP packet that can be cut.
    init?(_ packet: UnsafeRawBufferPointer, header: PacketHeader, segmentBytes: Int) {
        transportOffset = header.transportOffset
        guard header.transport == 6, segmentBytes > 0, packet.count >= transportOffset + 20 else {
            return nil
        }
        let dataOffset = unsafe Int(packet[transportOffset + 12] >> 4) * 4
        headerBytes = transportOffset + dataOffset
        guard dataOffset >= 20, packet.count >= headerBytes else { return nil }
        self.segmentBytes = segmentBytes
        payloadBytes = packet.count - headerBytes
        isIPv6 = header.version == 6
        sequence = unsafe Self.load32(packet, transportOffset + 4)
        flags = header.tcpFlags
        identification = isIPv6 ? 0 : unsafe UInt16(packet[4]) << 8 | UInt16(packet[5])
    }

    /// How many wire packets it stands for.
    var segmentCount: Int { max(1, (payloadBytes + segmentBytes - 1) / segmentBytes) }

    /// Writes wire packet number `index` and returns its length. `output` must hold a wire packet.
    func write(
        segment index: Int, of packet: UnsafeRawBufferPointer,
        to output: UnsafeMutableRawBufferPointer
    ) -> Int {
        let start = index * segmentBytes
        let count = min(segmentBytes, payloadBytes - start)
        let total = headerBytes + count
        precondition(index < segmentCount && output.count >= total)
        unsafe output.copyMemory(from: UnsafeRawBufferPointer(rebasing: packet[..<headerBytes]))
        let payload = unsafe UnsafeRawBufferPointer(
            rebasing: packet[(headerBytes + start)..<(headerBytes + start + count)])
        unsafe UnsafeMutableRawBufferPointer(rebasing: output[headerBytes..<total])
            .copyMemory(from: payload)
        unsafe writeNetworkHeader(output, total: total, index: index)
        let tcp = transportOffset
        unsafe Self.store32(output, tcp + 4, sequence &+ UInt32(start))
        // FIN and PSH belong to the last segment, CWR to the first (RFC 3168, section 6.1.2).
        var segmentFlags = flags
        if index < segmentCount - 1 { segmentFlags &= ~0x09 }
        if index > 0 { segmentFlags &= ~0x80 }
        unsafe output[tcp + 13] = segmentFlags
        unsafe TransportChecksum.fill(
            UnsafeMutableRawBufferPointer(rebasing: output[..<total]), isIPv6: isIPv6,
            transport: 6, from: tcp, at: tcp + 16)
        return total
    }

    private func writeNetworkHeader(
        _ output: UnsafeMutableRawBufferPointer, total: Int, index: Int
    ) {
        if isIPv6 {
            unsafe Self.store16(output, 4, UInt16(total - 40))
            return
        }
        unsafe Self.store16(output, 2, UInt16(total))
        unsafe Self.store16(output, 4, identification &+ UInt16(index))
        unsafe Self.store16(output, 10, 0)
        let header = unsafe UnsafeRawBufferPointer(rebasing: output[..<transportOffset])
        unsafe Self.store16(output, 10, ~TransportChecksum.folded(TransportChecksum.sum(header)))
    }

    private static func load32(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt32 {
        unsafe UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }

    private static func store32(
        _ bytes: UnsafeMutableRawBufferPointer, _ offset: Int, _ value: UInt32
    ) {
        unsafe bytes.storeBytes(of: value.bigEndian, toByteOffset: offset, as: UInt32.self)
    }

    private static func store16(
        _ bytes: UnsafeMutableRawBufferPointer, _ offset: Int, _ value: UInt16
    ) {
        unsafe bytes.storeBytes(of: value.bigEndian, toByteOffset: offset, as: UInt16.self)
    }
}

/// The Internet checksum (RFC 1071) over a transport segment and its pseudo-header.
enum TransportChecksum {
    /// Computes and stores the checksum of the segment that begins at `start`, in place at `place`.
    static func fill(
        _ packet: UnsafeMutableRawBufferPointer, isIPv6: Bool, transport: UInt8, from start: Int,
        at place: Int
    ) {
        guard packet.count >= place + 2 else { return }
        unsafe packet.storeBytes(of: 0, toByteOffset: place, as: UInt16.self)
        let addresses = isIPv6 ? 8..<40 : 12..<20
        var total = unsafe sum(UnsafeRawBufferPointer(rebasing: packet[addresses]))
        total += UInt64(transport) + UInt64(packet.count - start)
        total += unsafe sum(UnsafeRawBufferPointer(rebasing: packet[start...]))
        let checksum = ~folded(total)
        // Zero means "none" for UDP, whose checksum is then written as all ones (RFC 768).
        let value = checksum == 0 && transport == 17 ? 0xffff : checksum
        unsafe packet.storeBytes(of: value.bigEndian, toByteOffset: place, as: UInt16.self)
    }

    /// The sum of big-endian 16-bit words; an odd last byte counts as the high half.
    static func sum(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var total: UInt64 = 0
        var offset = 0
        while offset + 4 <= bytes.count {
            total += UInt64(
                unsafe UInt32(
                    bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
            offset += 4
        }
        if offset + 2 <= bytes.count {
            total += UInt64(
                unsafe UInt16(
                    bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self)))
            offset += 2
        }
        if offset < bytes.count { total += UInt64(unsafe bytes[offset]) << 8 }
        return total
    }

    static func folded(_ sum: UInt64) -> UInt16 {
        var rest = sum
        while rest >> 16 != 0 { rest = (rest & 0xffff) + (rest >> 16) }
        return UInt16(rest)
    }
}
