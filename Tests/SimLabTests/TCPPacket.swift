/// A TCP packet written byte by byte, and the plain checksum of RFC 1071 over it: the independent
/// reading that what SimLab makes is held against.
struct TCPPacket {
    var isIPv6 = false
    var flags: UInt8 = 0x18
    var sequence: UInt32 = 1_000
    var identification: UInt16 = 7
    /// Bytes of TCP options; a multiple of 4.
    var options = 12
    var payload: [UInt8] = []

    var headerBytes: Int { (isIPv6 ? 40 : 20) + 20 + options }

    /// The packet with its checksums left at zero.
    var bytes: [UInt8] {
        let tcp: [UInt8] =
            [0x9c, 0x40, 0x01, 0xbb] + Self.big(UInt64(sequence), 4) + [0, 0, 0, 9]
            + [UInt8((20 + options) / 4) << 4, flags, 1, 2, 0, 0, 0, 0]
            + [UInt8](repeating: 1, count: options)
        let length = tcp.count + payload.count
        if isIPv6 {
            let address = [0xfd, 0x77] + [UInt8](repeating: 0, count: 13)
            return [0x60, 0, 0, 0] + Self.big(UInt64(length) & 0xffff, 2) + [6, 64] + address
                + [1] + address + [2] + tcp + payload
        }
        return [0x45, 0] + Self.big(UInt64(length + 20) & 0xffff, 2)
            + Self.big(UInt64(identification), 2) + [0x40, 0, 64, 6, 0, 0, 10, 77, 0, 1, 10, 77, 0]
            + [2] + tcp + payload
    }

    static func big(_ value: UInt64, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * (count - 1 - $0))) }
    }

    static func number(_ bytes: [UInt8], _ offset: Int, _ count: Int) -> Int {
        bytes[offset..<(offset + count)].reduce(0) { $0 << 8 | Int($1) }
    }

    /// RFC 1071, one word at a time: zero over bytes that hold their right checksum.
    static func checksum(_ bytes: [UInt8]) -> UInt16 {
        var sum = 0
        for offset in stride(from: 0, to: bytes.count, by: 2) {
            sum += Int(bytes[offset]) << 8 + (offset + 1 < bytes.count ? Int(bytes[offset + 1]) : 0)
            if sum > 0xffff { sum -= 0xffff }
        }
        return ~UInt16(sum)
    }

    /// The checksum of the transport part with its pseudo-header, whole packets of `transport`.
    static func transportChecksum(_ packet: [UInt8], transport: UInt8) -> UInt16 {
        let isIPv6 = packet[0] >> 4 == 6
        let start = isIPv6 ? 40 : 20
        let addresses = Array(isIPv6 ? packet[8..<40] : packet[12..<20])
        let length = packet.count - start
        return checksum(
            addresses + big(UInt64(transport), 2) + big(UInt64(length), 2) + packet[start...])
    }
}
