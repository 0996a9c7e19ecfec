import Testing

@testable import SimModel

struct ConversationTableTests {
    private func header(_ bytes: [UInt8]) throws -> PacketHeader {
        try #require(PacketBytes.header(bytes))
    }

    private func tcp(
        _ source: UInt16, _ destination: UInt16, flags: UInt8 = 0x10, sequence: UInt8 = 1
    ) throws -> PacketHeader {
        let payload = PacketBytes.tcp(source, destination, flags: flags, sequence: sequence)
        return try header(PacketBytes.ipv4(transport: 6, payload: payload))
    }

    private func udp(_ source: UInt16, _ destination: UInt16) throws -> PacketHeader {
        try header(
            PacketBytes.ipv4(transport: 17, payload: PacketBytes.udp(source, destination)))
    }

    /// The keys of the first packets of three connections from these ephemeral ports, both ways.
    private func connectionKeys(ports: [UInt16]) throws -> [UInt64] {
        var table = ConversationTable()
        var keys: [UInt64] = []
        for port in ports {
            keys.append(table.key(of: try tcp(port, 443, flags: 0x02), from: 0, to: 1))
            keys.append(table.key(of: try tcp(443, port, flags: 0x12), from: 1, to: 0))
        }
        return keys
    }

    @Test func `the keys do not depend on the ephemeral ports`() throws {
        let one = try connectionKeys(ports: [40_000, 40_001, 40_002])
        let other = try connectionKeys(ports: [51_111, 33_333, 60_000])
        #expect(one == other)
        #expect(Set(one).count == 6, "each direction of each connection has its own")
    }

    @Test func `another conversation in between changes no key`() throws {
        let alone = try connectionKeys(ports: [1_000, 2_000])
        var table = ConversationTable()
        var keys: [UInt64] = []
        for port: UInt16 in [1_000, 2_000] {
            _ = table.key(of: try udp(port, 53), from: 0, to: 1)
            keys.append(table.key(of: try tcp(port, 443, flags: 0x02), from: 0, to: 1))
            _ = table.key(of: try tcp(port, 443, flags: 0x02), from: 2, to: 1)
            keys.append(table.key(of: try tcp(443, port, flags: 0x12), from: 1, to: 0))
            _ = table.key(of: try tcp(port, 80, flags: 0x02), from: 0, to: 1)
        }
        #expect(keys == alone)
    }

    @Test func `every packet of a direction has the key of its first`() throws {
        var table = ConversationTable()
        let out = table.key(of: try tcp(9_000, 80, flags: 0x02), from: 0, to: 1)
        let back = table.key(of: try tcp(80, 9_000, flags: 0x12), from: 1, to: 0)
        #expect(out != back)
        for _ in 0..<3 {
            #expect(table.key(of: try tcp(9_000, 80), from: 0, to: 1) == out)
            #expect(table.key(of: try tcp(80, 9_000), from: 1, to: 0) == back)
        }
    }

    @Test func `a new SYN on old ports begins a new conversation`() throws {
        var table = ConversationTable()
        let first = table.key(of: try tcp(9_000, 80, flags: 0x02), from: 0, to: 1)
        let firstBack = table.key(of: try tcp(80, 9_000, flags: 0x12), from: 1, to: 0)
        let second = table.key(of: try tcp(9_000, 80, flags: 0x02, sequence: 2), from: 0, to: 1)
        let secondBack = table.key(of: try tcp(80, 9_000, flags: 0x12), from: 1, to: 0)
        #expect(Set([first, firstBack, second, secondBack]).count == 4)
        #expect(table.key(of: try tcp(9_000, 80), from: 0, to: 1) == second)
    }

    @Test func `a SYN that is sent again belongs to the conversation that it began`() throws {
        var table = ConversationTable()
        let first = table.key(of: try tcp(9_000, 80, flags: 0x02), from: 0, to: 1)
        #expect(table.key(of: try tcp(9_000, 80, flags: 0x02), from: 0, to: 1) == first)
        let other = table.key(of: try tcp(9_001, 80, flags: 0x02), from: 0, to: 1)
        var calm = ConversationTable()
        _ = calm.key(of: try tcp(9_000, 80, flags: 0x02), from: 0, to: 1)
        #expect(calm.key(of: try tcp(9_001, 80, flags: 0x02), from: 0, to: 1) == other)
    }

    @Test func `without a SYN the first sender is the client`() throws {
        var table = ConversationTable()
        let out = table.key(of: try udp(5_000, 53), from: 0, to: 1)
        let back = table.key(of: try udp(53, 5_000), from: 1, to: 0)
        #expect(out != back)
        #expect(table.key(of: try udp(5_000, 53), from: 0, to: 1) == out)
        var other = ConversationTable()
        #expect(other.key(of: try udp(6_000, 53), from: 0, to: 1) == out)
    }

    @Test func `the identifier of a ping is as arbitrary as a port`() throws {
        func key(_ identifier: UInt16) throws -> UInt64 {
            var table = ConversationTable()
            let echo = PacketBytes.icmp(type: 8, identifier: identifier)
            return table.key(
                of: try header(PacketBytes.ipv4(transport: 1, payload: echo)), from: 0, to: 1)
        }
        #expect(try key(1) == key(60_000))
    }

    @Test func `hosts, protocols and IP versions are told apart`() throws {
        let six = try header(PacketBytes.ipv6(next: 17, payload: PacketBytes.udp(1, 53)))
        let facts: [(PacketHeader, UInt32, UInt32)] = [
            (try udp(1, 53), 0, 1), (try udp(1, 53), 0, 2), (try udp(1, 53), 2, 1),
            (try udp(1, 54), 0, 1), (try tcp(1, 53), 0, 1), (six, 0, 1),
        ]
        var keys: Set<UInt64> = []
        for (header, source, destination) in facts {
            var table = ConversationTable()
            keys.insert(table.key(of: header, from: source, to: destination))
        }
        #expect(keys.count == facts.count)
    }

    @Test func `beyond the limit the oldest conversation is forgotten`() throws {
        var table = ConversationTable(limit: 4)
        let first = table.key(of: try udp(1, 53), from: 0, to: 1)
        let second = table.key(of: try udp(2, 53), from: 0, to: 1)
        #expect(table.key(of: try udp(1, 53), from: 0, to: 1) == first)
        _ = table.key(of: try udp(3, 53), from: 0, to: 1)
        #expect(table.key(of: try udp(2, 53), from: 0, to: 1) == second, "it is still known")
        #expect(table.key(of: try udp(1, 53), from: 0, to: 1) != first, "it began anew")
    }

    @Test func `what is forgotten does not depend on the ports that kernels choose`() throws {
        // The third conversation uses the first one's port again, or one of its own.
        for port in [1, 3] as [UInt16] {
            var table = ConversationTable(limit: 6)
            func key(_ port: UInt16, _ sequence: UInt8) throws -> UInt64 {
                table.key(
                    of: try tcp(port, 80, flags: 0x02, sequence: sequence), from: 0, to: 1)
            }
            _ = try key(1, 1)
            let second = try key(2, 2)
            _ = try key(port, 3)
            #expect(try key(2, 2) == second)
            _ = try key(4, 4)
            #expect(try key(2, 2) == second, "it is still known")
            _ = try key(5, 5)
            #expect(try key(2, 2) != second, "it began anew")
        }
    }

    @Test func `a scan of every port stays within the limit`() throws {
        var table = ConversationTable(limit: 64)
        for port in UInt16.min...UInt16.max {
            _ = table.key(of: try udp(1, port), from: 0, to: 1)
        }
        let last = table.key(of: try udp(1, 65_535), from: 0, to: 1)
        #expect(table.key(of: try udp(1, 65_535), from: 0, to: 1) == last)
        #expect(table.rememberedCount == 64)
    }

    @Test func `a limit without room for both directions is refused`() async {
        await #expect(processExitsWith: .failure) { _ = ConversationTable(limit: 1) }
    }
}
