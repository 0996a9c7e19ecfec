import CommyBase
import CommyWire
import Testing

@testable import CommyMesh

/// How a node answers its processes.
struct NodeReplyTests {
    private static func slot(of client: BedClient, _ bed: MeshBed) -> Int {
        let handle = bed.pipes[client.pipe].sides[1].handle
        return Int(handle?.index ?? .max)
    }

    /// One node with `count` instances, whose sessions may have 128 KiB waiting.
    private static func crowded(_ count: Int) -> (MeshBed, BedClient) {
        let bed = MeshBed(seed: 3)
        bed.addHost("n0") { limits in
            limits.link.linkWindow = 64 << 10
            limits.link.committedOutput = 4 << 10
            limits.link.openingOutput = 16 << 10
            limits.link.outputBytes = 128 << 10
            limits.catalog.bytesPerOwner = 100 << 10
            limits.catalog.answerBytes = 4 << 10
            limits.answerBurst = 100 << 10
            limits.listingsPerSession = 2
        }
        bed.checksInvariants = false
        let server = bed.attach(0)
        for _ in 0..<count {
            server.register(bed, "a-service-with-a-name-as-long-as-names-in-production-are")
        }
        bed.run(for: .milliseconds(100))
        bed.checksInvariants = true
        return (bed, server)
    }

    @Test func `a listing that no output holds comes whole, as it is read`() {
        let (bed, server) = Self.crowded(900)
        let admin = bed.attach(0, role: .administrator)
        bed.run(for: .milliseconds(10))
        let slot = Self.slot(of: admin, bed)
        // It does not read for a while.
        bed.pipes[admin.pipe].sides[1].underWay = bed.socketBytes
        let first = admin.query(bed, .services)
        let second = admin.query(bed, .services)
        let third = admin.query(bed, .services)
        bed.run(for: .milliseconds(10))
        #expect(bed.hosts[0].node.links[slot].machine.output.count < 128 << 10)
        #expect(bed.hosts[0].node.links[slot].session?.answers.isEmpty == false)
        // The answers are of the moment of the question.
        bed.crash(server)
        bed.run(for: .milliseconds(10))
        bed.pipes[admin.pipe].sides[1].underWay = 0
        bed.transmit(admin.pipe, 1)
        bed.drain(.node(0))
        bed.run(for: .milliseconds(100))
        #expect(admin.detached == nil)
        let rows = admin.rows[first] ?? []
        #expect(rows.count == 900)
        #expect(rows.reduce(0) { $0 + $1.utf8.count } > 128 << 10)
        #expect(admin.rows[second] == rows)
        #expect(admin.failures[third]?.code == .limitReached)
        let last = admin.query(bed, .services)
        bed.run(for: .milliseconds(10))
        #expect(admin.rows[last] == [])
    }

    @Test func `answers that nobody reads have a limit together, and end with their session`() {
        let bed = MeshBed(seed: 3)
        bed.addHost("n0") { $0.listingBytes = 1_000 }
        let admin = bed.attach(0, role: .administrator)
        bed.run(for: .milliseconds(10))
        let slot = Self.slot(of: admin, bed)
        let row = String(repeating: "x", count: 600)
        let waiting = SessionRecord.Answer(request: 9, rows: [row])
        bed.hosts[0].node.links[slot].session?.answers = [waiting]
        let other = bed.attach(0, role: .administrator)
        bed.run(for: .milliseconds(10))
        let refused = #expect(throws: CommyError.self) {
            try bed.hosts[0].node.answer(1, Self.slot(of: other, bed), [row])
        }
        #expect(refused?.code == .limitReached)
        bed.crash(admin)
        bed.run(for: .milliseconds(10))
        #expect(throws: Never.self) {
            try bed.hosts[0].node.answer(1, Self.slot(of: other, bed), [row])
        }
    }

    @Test func `a row above a frame is an error, not a trap`() {
        let bed = NodeMeshTests.bed(1)
        let admin = bed.attach(0, role: .administrator)
        bed.run(for: .milliseconds(10))
        let slot = Self.slot(of: admin, bed)
        let fits = WireLimits.framePayload - ControlReplyHead.byteCount - 5
        for (count, isSent) in [(fits, true), (fits + 1, false)] {
            let row = String(repeating: "x", count: count)
            var code: ErrorCode?
            do throws(CommyError) { try bed.hosts[0].node.answer(1, slot, [row]) } catch {
                code = error.code
            }
            #expect(code == (isSent ? nil : .messageTooLarge))
        }
    }

    @Test func `a rotation that hundreds have not seen is told in rows that fit`() {
        let bed = NodeTrustTests.bed()
        let filler = String(repeating: "x", count: 50)
        for number in 0..<1_500 {
            let record = MemberRecord(
                name: NodeName("node-\(number)-\(filler)")!, zone: .unknown, addresses: [],
                incarnation: 0, life: 1)
            bed.hosts[0].node.trust.memberChanged(record.id, .alive, record, at: bed.now)
        }
        let admin = bed.attach(0, role: .administrator)
        let begun = admin.client.order(
            .beginRotation(NodeTrustTests.anchor(2), replacing: false), at: bed.now)
        bed.drain(.client(admin.index))
        bed.run(for: .seconds(1))
        #expect(admin.failures[begun] == nil)
        let query = admin.query(bed, .trust)
        let early = admin.client.order(.proceedRotation(.block), at: bed.now)
        bed.drain(.client(admin.index))
        bed.run(for: .milliseconds(100))
        let head = admin.rows[query]?.first ?? ""
        #expect(head.contains(#""missing_count":1500"#), "\(head)")
        #expect(head.contains(#""absent":[],"absent_count":0"#))
        #expect(head.utf8.count < 4_096)
        // Its detail names them all, as far as it goes.
        #expect(admin.failures[early]?.code == .rotationRefused)
        #expect(admin.failures[early]?.detail.utf8.count == WireLimits.errorDetail)
        #expect(admin.detached == nil)
    }

    @Test func `events are counted from one, and go on behind the last number`() throws {
        let bed = NodeMeshTests.bed(1)
        let watcher = bed.attach(0)
        _ = watcher.client.watch(.all, at: bed.now)
        bed.drain(.client(watcher.index))
        bed.run(for: .milliseconds(10))
        let slot = Self.slot(of: watcher, bed)
        func sequence() -> UInt32? {
            bed.hosts[0].node.links[slot].session?.watches.first?.sequence
        }
        #expect(sequence() == 1)
        bed.hosts[0].node.links[slot].session?.watches[0].sequence = .max
        let server = bed.attach(0)
        server.register(bed, "orders")
        bed.run(for: .milliseconds(10))
        #expect(sequence() == 0)
        let told = watcher.watched.contains { if case .present = $0 { true } else { false } }
        #expect(told)
    }

    @Test(arguments: [ControlVerb.deregister, .drain, .unwatch])
    func `a request with bytes behind its end ends its session`(_ verb: ControlVerb) {
        for isLonger in [false, true] {
            let bed = NodeMeshTests.bed(1)
            let process = bed.attach(0)
            bed.run(for: .milliseconds(10))
            var writer = ByteWriter()
            ControlHead(request: 1, verb: verb).encodeFrame(into: &writer) { body in
                if verb != .unwatch { body.u64(7) }
                body.u32(9)
                if isLonger { body.u8(0) }
            }
            bed.pipes[process.pipe].sides[0].underWay += writer.count
            bed.send(writer.bytes, process.pipe, from: 0)
            bed.run(for: .milliseconds(10))
            #expect(process.detached?.code == (isLonger ? .protocolViolation : nil))
        }
    }
}
