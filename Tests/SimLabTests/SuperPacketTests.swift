import SimModel
import Testing

@testable import SimLab

struct SuperPacketTests {
    /// The wire packets that a super-packet is cut into; nil when it is none.
    private func cut(_ packet: TCPPacket, segmentBytes: Int) -> [[UInt8]]? {
        let bytes = packet.bytes
        guard let header = PacketHeader(bytes.span) else { return nil }
        return unsafe bytes.withUnsafeBytes { pointer -> [[UInt8]]? in
            guard
                let cutter = unsafe SuperPacket(
                    pointer, header: header, segmentBytes: segmentBytes)
            else { return nil }
            return (0..<cutter.segmentCount).map { index in
                var output = [UInt8](repeating: 0xee, count: packet.headerBytes + segmentBytes)
                let count = unsafe output.withUnsafeMutableBytes {
                    unsafe cutter.write(segment: index, of: pointer, to: $0)
                }
                return Array(output[..<count])
            }
        }
    }

    private func payload(_ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
    }

    struct Row: Sendable, CustomTestStringConvertible {
        var isIPv6: Bool
        var payload: Int
        var segment: Int
        var options = 12
        var testDescription: String {
            "IPv\(isIPv6 ? 6 : 4), \(payload) bytes in \(segment), \(options) of options"
        }
    }

    static let rows: [Row] = [false, true].flatMap { isIPv6 in
        [
            Row(isIPv6: isIPv6, payload: 4_344, segment: 1_448),
            Row(isIPv6: isIPv6, payload: 4_345, segment: 1_448),
            Row(isIPv6: isIPv6, payload: 4_343, segment: 1_447, options: 0),
            Row(isIPv6: isIPv6, payload: 65_000, segment: 1_448),
            Row(isIPv6: isIPv6, payload: 5, segment: 1, options: 40),
            Row(isIPv6: isIPv6, payload: 100, segment: 1_448),
            Row(isIPv6: isIPv6, payload: 0, segment: 1_448),
        ]
    }

    @Test(arguments: rows)
    func `segments are what a network card would send`(row: Row) throws {
        var packet = TCPPacket(isIPv6: row.isIPv6, options: row.options)
        packet.payload = payload(row.payload)
        packet.sequence = .max - 2_000
        packet.identification = 0xffff
        let segments = try #require(cut(packet, segmentBytes: row.segment))
        #expect(segments.count == max(1, (row.payload + row.segment - 1) / row.segment))
        let network = row.isIPv6 ? 40 : 20
        var reassembled: [UInt8] = []
        for (index, segment) in segments.enumerated() {
            let body = Array(segment[packet.headerBytes...])
            #expect(body.count == min(row.segment, row.payload - reassembled.count))
            let sequence = packet.sequence &+ UInt32(reassembled.count)
            #expect(TCPPacket.number(segment, network + 4, 4) == Int(sequence))
            if row.isIPv6 {
                #expect(TCPPacket.number(segment, 4, 2) == segment.count - 40)
            } else {
                #expect(TCPPacket.number(segment, 2, 2) == segment.count)
                #expect(TCPPacket.number(segment, 4, 2) == Int(0xffff &+ UInt16(index)))
                #expect(TCPPacket.checksum(Array(segment[..<20])) == 0, "IP header")
            }
            #expect(TCPPacket.transportChecksum(segment, transport: 6) == 0, "TCP")
            // What no segment changes: ports, acknowledgement, window, urgent pointer, options.
            let header = packet.bytes
            for kept in [
                network..<(network + 4), (network + 8)..<(network + 13),
                (network + 14)..<(network + 16), (network + 18)..<packet.headerBytes,
            ] {
                #expect(segment[kept] == header[kept])
            }
            reassembled += body
        }
        #expect(reassembled == packet.payload)
    }

    @Test func `FIN and PSH stay with the last segment and CWR with the first`() throws {
        var packet = TCPPacket(flags: 0x10 | 0x08 | 0x01 | 0x80 | 0x40)
        packet.payload = payload(300)
        let flags = try #require(cut(packet, segmentBytes: 100)).map { $0[33] }
        #expect(flags == [0xd0, 0x50, 0x59])
        packet.payload = payload(100)
        #expect(try #require(cut(packet, segmentBytes: 100)).map { $0[33] } == [0xd9])
    }

    @Test func `what is not TCP or too short is not cut`() {
        var packet = TCPPacket(payload: payload(100))
        #expect(cut(packet, segmentBytes: 0) == nil, "without a segment size")
        packet.options = 0
        var bytes = packet.bytes
        let build = { (bytes: [UInt8], segment: Int) -> Bool in
            guard let header = PacketHeader(bytes.span) else { return false }
            return unsafe bytes.withUnsafeBytes {
                unsafe SuperPacket($0, header: header, segmentBytes: segment) != nil
            }
        }
        #expect(build(bytes, 50))
        #expect(!build(Array(bytes[..<39]), 50), "a TCP header that is cut short")
        bytes[32] = 0x40
        #expect(!build(bytes, 50), "a data offset below five words")
        bytes[32] = 0xf0
        #expect(!build(Array(bytes[..<60]), 50), "options beyond the packet")
        bytes[9] = 17
        #expect(!build(bytes, 50), "UDP")
    }

    @Test func `a virtio header is read in little-endian order`() {
        let bytes: [UInt8] = [1, 0x84, 40, 0, 0xa8, 0x05, 0x28, 0x01, 0x10, 0x02]
        let header = unsafe bytes.withUnsafeBytes { unsafe VirtioHeader($0) }
        #expect(header.needsChecksum && header.segmentation == 4)
        #expect(header.segmentBytes == 1_448)
        #expect(header.checksumStart == 0x128 && header.checksumOffset == 0x210)
    }

    @Test(arguments: [0, 1, 2, 3, 7, 64, 1_001])
    func `a checksum is right for every length`(count: Int) {
        for isIPv6 in [false, true] {
            var packet = TCPPacket(isIPv6: isIPv6, payload: payload(count)).bytes
            let start = isIPv6 ? 40 : 20
            unsafe packet.withUnsafeMutableBytes {
                unsafe TransportChecksum.fill(
                    $0, isIPv6: isIPv6, transport: 6, from: start, at: start + 16)
            }
            #expect(TCPPacket.transportChecksum(packet, transport: 6) == 0)
        }
    }

    @Test func `a UDP checksum of zero is written as all ones`() {
        // The last word is chosen so that everything adds up to 0xffff.
        var packet: [UInt8] =
            [0x45, 0, 0, 30, 0, 0, 0, 0, 64, 17, 0, 0, 10, 77, 0, 1, 10, 77, 0, 2]
            + [0, 1, 0, 2, 0, 10, 0, 0, 0, 0]
        let rest = TCPPacket.transportChecksum(packet, transport: 17)
        packet[28] = UInt8(rest >> 8)
        packet[29] = UInt8(rest & 0xff)
        unsafe packet.withUnsafeMutableBytes {
            unsafe TransportChecksum.fill($0, isIPv6: false, transport: 17, from: 20, at: 26)
        }
        #expect(Array(packet[26..<28]) == [0xff, 0xff])
    }
}
