import CommyBase
import SimModel
import Testing

struct PacketHeaderTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var bytes: [UInt8]
        var transport: UInt8
        var ports: [UInt16]
        var flags: UInt8 = 0
        var offset: Int
    }

    static let rows: [Row] = [
        Row(
            testDescription: "TCP over IPv4",
            bytes: PacketBytes.ipv4(
                transport: 6, payload: PacketBytes.tcp(40_000, 443, flags: 0x02)),
            transport: 6, ports: [40_000, 443], flags: 0x02, offset: 20),
        Row(
            testDescription: "TCP behind IPv4 options",
            bytes: PacketBytes.ipv4(
                transport: 6, payload: PacketBytes.tcp(1, 2, flags: 0x18), options: 8),
            transport: 6, ports: [1, 2], flags: 0x18, offset: 28),
        Row(
            testDescription: "UDP over IPv4",
            bytes: PacketBytes.ipv4(transport: 17, payload: PacketBytes.udp(513, 65_535)),
            transport: 17, ports: [513, 65_535], offset: 20),
        Row(
            testDescription: "SCTP over IPv4",
            bytes: PacketBytes.ipv4(transport: 132, payload: PacketBytes.udp(7, 9)),
            transport: 132, ports: [7, 9], offset: 20),
        Row(
            testDescription: "the first fragment",
            bytes: PacketBytes.ipv4(
                transport: 17, payload: PacketBytes.udp(5, 6), fragment: 0x2000),
            transport: 17, ports: [5, 6], offset: 20),
        Row(
            testDescription: "a later fragment",
            bytes: PacketBytes.ipv4(
                transport: 17, payload: PacketBytes.udp(5, 6), fragment: 0x2001),
            transport: 17, ports: [0, 0], offset: 20),
        Row(
            testDescription: "a late fragment with an offset beyond one byte",
            bytes: PacketBytes.ipv4(
                transport: 17, payload: PacketBytes.udp(5, 6), fragment: 0x0100),
            transport: 17, ports: [0, 0], offset: 20),
        Row(
            testDescription: "don't fragment is no fragment",
            bytes: PacketBytes.ipv4(
                transport: 17, payload: PacketBytes.udp(5, 6), fragment: 0x4000),
            transport: 17, ports: [5, 6], offset: 20),
        Row(
            testDescription: "an echo request",
            bytes: PacketBytes.ipv4(
                transport: 1, payload: PacketBytes.icmp(type: 8, identifier: 0x1234)),
            transport: 1, ports: [0x1234, 0x1234], offset: 20),
        Row(
            testDescription: "an ICMP error has no identifier",
            bytes: PacketBytes.ipv4(
                transport: 1, payload: PacketBytes.icmp(type: 3, identifier: 0x1234)),
            transport: 1, ports: [0, 0], offset: 20),
        Row(
            testDescription: "an ICMPv6 echo reply",
            bytes: PacketBytes.ipv6(
                next: 58, payload: PacketBytes.icmp(type: 129, identifier: 77)),
            transport: 58, ports: [77, 77], offset: 40),
        Row(
            testDescription: "a neighbour solicitation has no identifier",
            bytes: PacketBytes.ipv6(
                next: 58, payload: PacketBytes.icmp(type: 135, identifier: 77)),
            transport: 58, ports: [0, 0], offset: 40),
        Row(
            testDescription: "UDP over IPv6",
            bytes: PacketBytes.ipv6(next: 17, payload: PacketBytes.udp(300, 53)),
            transport: 17, ports: [300, 53], offset: 40),
        Row(
            testDescription: "TCP behind three IPv6 extensions",
            bytes: PacketBytes.ipv6(
                next: 0,
                extensions: [43, 0, 0, 0, 0, 0, 0, 0] + [60, 1] + [UInt8](repeating: 0, count: 14)
                    + [6, 0, 0, 0, 0, 0, 0, 0],
                payload: PacketBytes.tcp(8, 80, flags: 0x11)),
            transport: 6, ports: [8, 80], flags: 0x11, offset: 72),
        Row(
            testDescription: "an IPv6 fragment is read no further",
            bytes: PacketBytes.ipv6(
                next: 44, extensions: [17, 0, 0, 0, 0, 0, 0, 1], payload: PacketBytes.udp(1, 2)),
            transport: 44, ports: [0, 0], offset: 40),
        Row(
            testDescription: "an extension longer than the packet",
            bytes: PacketBytes.ipv6(
                next: 0, extensions: [6, 255, 0, 0, 0, 0, 0, 0],
                payload: PacketBytes.tcp(8, 80, flags: 0x02)),
            transport: 6, ports: [0, 0], offset: 68),
        Row(
            testDescription: "a TCP header that is cut before its flags",
            bytes: Array(
                PacketBytes.ipv4(transport: 6, payload: PacketBytes.tcp(1, 2, flags: 2))
                    .prefix(33)),
            transport: 6, ports: [0, 0], offset: 20),
    ]

    @Test(arguments: rows)
    func `protocol, ports, flags and offset are read`(row: Row) throws {
        let header = try #require(PacketBytes.header(row.bytes))
        #expect(header.transport == row.transport)
        #expect([header.sourcePort, header.destinationPort] == row.ports)
        #expect(header.tcpFlags == row.flags)
        #expect(header.transportOffset == row.offset)
    }

    @Test func `addresses are read in network order`() throws {
        let four = PacketBytes.ipv4(transport: 17, payload: PacketBytes.udp(1, 2))
        let header4 = try #require(PacketBytes.header(four))
        #expect(header4.source == PacketHeader.Address(high: 0, low: 0x0a4d_0001))
        #expect(header4.destination == PacketHeader.Address(high: 0, low: 0x0a4d_0002))
        let six = PacketBytes.ipv6(next: 17, payload: PacketBytes.udp(1, 2))
        let header6 = try #require(PacketBytes.header(six))
        #expect(header6.source == PacketHeader.Address(high: 0xfd77_0000_0000_0000, low: 1))
        #expect(header6.destination == PacketHeader.Address(high: 0xfd77_0000_0000_0000, low: 2))
    }

    @Test(arguments: [(0x02, true), (0x12, false), (0x10, false), (0xc2, true), (0x01, false)])
    func `only a SYN without an ACK opens a connection`(flags: UInt8, opens: Bool) throws {
        let bytes = PacketBytes.ipv4(
            transport: 6, payload: PacketBytes.tcp(1, 2, flags: flags))
        #expect(try #require(PacketBytes.header(bytes)).opensConnection == opens)
    }

    @Test func `what is no whole IP header is refused`() {
        let four = PacketBytes.ipv4(transport: 17, payload: [], options: 8)
        for count in 0..<28 { #expect(PacketBytes.header(Array(four.prefix(count))) == nil) }
        #expect(PacketBytes.header(four) != nil)
        let six = PacketBytes.ipv6(next: 59, payload: [])
        for count in 0..<40 { #expect(PacketBytes.header(Array(six.prefix(count))) == nil) }
        #expect(PacketBytes.header(six) != nil)
        var short = four
        short[0] = 0x44
        #expect(PacketBytes.header(short) == nil, "a header length below five words")
        short[0] = 0x55
        #expect(PacketBytes.header(short) == nil, "version 5")
    }

    @Test func `twenty thousand broken packets are read without a trap`() {
        var random = RandomStream(key: RandomKey(seed: 20_000).labelled("broken packets"))
        var readable = 0
        for round in 0..<20_000 {
            var bytes: [UInt8]
            if round % 2 == 0 {
                let count = Int(random.next() % 96)
                bytes = (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
                if !bytes.isEmpty { bytes[0] = bytes[0] & 0x2f | 0x40 }
            } else {
                let whole = Self.rows[Int(random.next() % UInt64(Self.rows.count))].bytes
                bytes = Array(whole.prefix(Int(random.next() % UInt64(whole.count + 1))))
                for _ in 0..<(random.next() % 4) where !bytes.isEmpty {
                    bytes[Int(random.next() % UInt64(bytes.count))] ^= 1 << (random.next() % 8)
                }
            }
            guard let header = PacketBytes.header(bytes) else { continue }
            readable += 1
            guard header.transportOffset <= bytes.count else {
                Issue.record("the transport header begins behind the packet: \(bytes)")
                return
            }
        }
        #expect(readable > 5_000, "most of the inputs come past the version check")
    }
}
