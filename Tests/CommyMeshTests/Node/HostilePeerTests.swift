import CommyBase
import CommyWire
import Testing

@testable import CommyMesh

/// A peer with a valid certificate that does not keep to the protocol: it is cut off, with a code
/// that says why, and nobody else notices.
struct HostilePeerTests {
    struct Attack: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var code: ErrorCode
        var greets = true
        var write: @Sendable (inout ByteWriter) -> Void
    }

    static func raw(_ kind: UInt8, _ flags: UInt8 = 0, _ stream: UInt64, _ payload: [UInt8])
        -> @Sendable (inout ByteWriter) -> Void
    {
        { writer in
            writer.u32(UInt32(payload.count))
            writer.u64(UInt64(kind) | UInt64(flags) << 8 | stream << 16)
            writer.raw(payload)
        }
    }

    static func open(_ stream: UInt64, ends: Bool = false, options: OpenOptions = [])
        -> @Sendable (inout ByteWriter) -> Void
    {
        { writer in
            OpenFrame(
                service: ServiceName("orders")!, correlation: CorrelationID(high: 1, low: 2),
                options: options
            ).encodeFrame(stream: StreamID(stream), flags: ends ? .end : [], into: &writer)
        }
    }

    static let attacks: [Attack] = [
        Attack(
            testDescription: "noise instead of a greeting", code: .protocolViolation,
            greets: false, write: { $0.raw([UInt8](repeating: 0x16, count: 64)) }),
        Attack(
            testDescription: "a ping before the greeting", code: .protocolViolation, greets: false,
            write: { PingFrame(sequence: 1, sentAt: .zero).encodeFrame(into: &$0) }),
        Attack(
            testDescription: "a future version", code: .versionMismatch, greets: false,
            write: {
                HelloFrame(
                    versions: 900...901,
                    facts: HelloFacts(
                        role: .link, mesh: MeshBed.mesh, node: NodeName("mallory")!, life: 9)
                ).encodeFrame(into: &$0)
            }),
        Attack(
            testDescription: "another mesh", code: .wrongTrustDomain, greets: false,
            write: {
                HelloFrame(
                    facts: HelloFacts(
                        role: .link, mesh: MeshName("other")!, node: NodeName("mallory")!, life: 9)
                ).encodeFrame(into: &$0)
            }),
        Attack(
            testDescription: "another name than its certificate's", code: .identityMismatch,
            greets: false,
            write: {
                HelloFrame(
                    facts: HelloFacts(
                        role: .link, mesh: MeshBed.mesh, node: NodeName("n1")!, life: 9)
                ).encodeFrame(into: &$0)
            }),
        Attack(
            testDescription: "a session's greeting on a link", code: .protocolViolation,
            greets: false,
            write: {
                HelloFrame(facts: HelloFacts(role: .session, mesh: nil, node: nil))
                    .encodeFrame(into: &$0)
            }),
        Attack(
            testDescription: "a second greeting", code: .protocolViolation,
            write: {
                HelloFrame(
                    facts: HelloFacts(
                        role: .link, mesh: MeshBed.mesh, node: NodeName("mallory")!, life: 9)
                ).encodeFrame(into: &$0)
            }),
        Attack(
            testDescription: "a frame kind that is none", code: .protocolViolation,
            write: raw(99, 0, 0, [])),
        Attack(
            testDescription: "a length beyond every limit", code: .protocolViolation,
            write: { writer in
                writer.u32(UInt32.max)
                writer.u64(9 | 1 << 16)
            }),
        Attack(
            testDescription: "an even stream from the dialler", code: .protocolViolation,
            write: open(2)),
        Attack(
            testDescription: "a stream number twice", code: .protocolViolation,
            write: {
                open(1)(&$0)
                open(1)(&$0)
            }),
        Attack(
            testDescription: "data on a stream that was never opened", code: .protocolViolation,
            write: raw(9, 0, 5, [1])),
        Attack(
            testDescription: "an answer from the caller", code: .protocolViolation,
            write: {
                open(1)(&$0)
                HeadFrame().encodeFrame(stream: StreamID(1), into: &$0)
            }),
        Attack(
            testDescription: "data behind the end", code: .protocolViolation,
            write: {
                open(1)(&$0)
                RawFrame.end(stream: StreamID(1), into: &$0)
                raw(9, 0, 1, [1])(&$0)
            }),
        Attack(
            testDescription: "more data than its credit", code: .flowControlViolation,
            write: { writer in
                open(1)(&writer)
                let piece = [UInt8](repeating: 0, count: 60_000)
                for _ in 0..<3 { raw(9, 0, 1, piece)(&writer) }
            }),
        Attack(
            testDescription: "credit without end", code: .flowControlViolation,
            write: { writer in
                for _ in 0..<4 {
                    CreditFrame(byteCount: 0x7fff_ffff).encodeFrame(into: &writer)
                }
            }),
        Attack(
            testDescription: "an echo of no ping", code: .protocolViolation,
            write: {
                PongFrame(PingFrame(sequence: 1 << 40, sentAt: .zero)).encodeFrame(into: &$0)
            }),
        Attack(
            testDescription: "a session's request on a link", code: .protocolViolation,
            write: raw(14, 0, 0, [1, 0, 0, 0, 7, 0, 0, 0, 1])),
        Attack(
            testDescription: "a membership message that is none", code: .protocolViolation,
            write: raw(12, 0, 0, [0xff, 0xff])),
        Attack(
            testDescription: "a catalog message that is none", code: .protocolViolation,
            write: raw(13, 0, 0, [0xff, 0xff])),
        Attack(
            testDescription: "an OPEN without a service", code: .protocolViolation,
            write: raw(7, 0, 1, [UInt8](repeating: 0, count: 72))),
        Attack(
            testDescription: "an OPEN with bytes behind its end", code: .protocolViolation,
            write: raw(7, 1, 1, openPayload(behindTheNames: [0, 0, 7]))),
        Attack(
            testDescription: "an OPEN with a tracestate that is none", code: .protocolViolation,
            write: raw(7, 1, 1, openPayload(behindTheNames: [1, 0x2c, 0]))),
        Attack(
            testDescription: "an OPEN with metadata that is none", code: .protocolViolation,
            write: raw(7, 1, 1, openPayload(behindTheNames: [0, 1, 1, 0x20, 0]))),
    ]

    /// An OPEN that is sound as far as a relay needs it, and then is not.
    static func openPayload(behindTheNames rest: [UInt8]) -> [UInt8] {
        var writer = ByteWriter()
        OpenFrame(service: ServiceName("orders")!, correlation: CorrelationID(high: 1, low: 2))
            .encode(into: &writer)
        return writer.bytes.dropLast(2) + rest
    }

    @Test(arguments: attacks)
    func `it is cut off alone`(_ attack: Attack) {
        let (bed, caller, servers) = NodeCallTests.service(1)
        servers[0].work = .milliseconds(3)
        NodeFailureTests.load(bed, caller, every: .milliseconds(4), for: .milliseconds(200))
        bed.run(for: .milliseconds(50))
        let stranger = bed.strangerConnects("mallory", to: 1)
        if attack.greets {
            bed.say(stranger.hello, stranger)
            bed.run(for: .milliseconds(5))
            #expect(!stranger.isClosed)
        }
        var writer = ByteWriter()
        attack.write(&writer)
        bed.say(writer.bytes, stranger)
        bed.run(for: .milliseconds(200))
        #expect(stranger.isClosed)
        #expect(stranger.farewell == attack.code)
        #expect(NodeFailureTests.failures(caller).isEmpty)
        #expect(caller.calls.count == 50)
        #expect(bed.hasConverged([0, 1]) || attack.greets)
    }

    @Test func `a peer that greets and says nothing more is harmless`() {
        let (bed, caller, _) = NodeCallTests.service(1)
        for _ in 0..<3 {
            let stranger = bed.strangerConnects("mallory", to: 1)
            bed.run(for: .seconds(1))
            _ = stranger
        }
        let mute = bed.strangerConnects("oscar", to: 1)
        bed.run(for: .seconds(4))
        #expect(mute.isClosed)
        let call = caller.call(bed, "orders")
        bed.run(for: .milliseconds(20))
        #expect(caller.outcome(call) == .answered([1, 2, 3]))
    }

    @Test func `a peer that floods with pings and never reads is cut off, and memory is bounded`() {
        let (bed, caller, _) = NodeCallTests.service(1)
        bed.checksInvariants = false
        let stranger = bed.strangerConnects("mallory", to: 1)
        bed.say(stranger.hello, stranger)
        bed.run(for: .milliseconds(5))
        // Nothing that is sent to it arrives: its socket stays full.
        bed.pipes[stranger.pipe].sides[1].underWay = bed.socketBytes
        var writer = ByteWriter()
        for sequence in 0..<4_000 {
            PingFrame(sequence: UInt64(sequence), sentAt: .zero).encodeFrame(into: &writer)
        }
        var highest = 0
        for _ in 0..<200 where !stranger.isClosed {
            bed.say(writer.bytes, stranger)
            bed.run(for: .milliseconds(2))
            for link in bed.hosts[1].node.links {
                highest = max(highest, link.machine.output.count)
            }
        }
        #expect(stranger.isClosed)
        #expect(highest <= LinkLimits().outputBytes)
        let call = caller.call(bed, "orders")
        bed.run(for: .milliseconds(20))
        #expect(caller.outcome(call) == .answered([1, 2, 3]))
    }

    /// Sound frames with random damage, thousands of them: nothing but that link may end.
    @Test(arguments: UInt64(0)..<40)
    func `damaged frames end only their own link`(_ seed: UInt64) {
        let (bed, caller, _) = NodeCallTests.service(1, seed: seed)
        var random = RandomStream(key: RandomKey(seed: seed).labelled("damage"))
        for _ in 0..<20 {
            let stranger = bed.strangerConnects("mallory", to: 1)
            var writer = ByteWriter()
            writer.raw(stranger.hello)
            for stream in 0..<6 {
                Self.open(UInt64(2 * stream + 1), ends: random.below(2) == 0)(&writer)
                Self.raw(9, UInt8(random.below(2)), UInt64(2 * stream + 1), [1, 2, 3])(&writer)
                PingFrame(sequence: 1, sentAt: .zero).encodeFrame(into: &writer)
                CreditFrame(byteCount: 9).encodeFrame(stream: StreamID(1), into: &writer)
                ResetFrame(code: .cancelled).encodeFrame(stream: StreamID(3), into: &writer)
                SwimMessage.probe(number: 3, news: []).encodeFrame(into: &writer)
            }
            var bytes = writer.bytes
            for _ in 0...random.below(6) {
                bytes[random.below(bytes.count)] = UInt8(truncatingIfNeeded: random.next())
            }
            bed.say(bytes, stranger)
            bed.run(for: .milliseconds(20))
        }
        let call = caller.call(bed, "orders")
        bed.run(for: .milliseconds(20))
        #expect(caller.outcome(call) == .answered([1, 2, 3]))
    }

    @Test func `a process that breaks the protocol loses its own session`() {
        let bed = NodeMeshTests.bed(1)
        let good = bed.attach(0)
        good.register(bed, "orders")
        let bad = bed.attach(0)
        bad.register(bed, "orders")
        bed.run(for: .milliseconds(10))
        var writer = ByteWriter()
        Self.raw(12, 0, 0, [1])(&writer)
        bed.send(writer.bytes, bad.pipe, from: 0)
        bed.pipes[bad.pipe].sides[0].underWay += writer.count
        bed.run(for: .milliseconds(10))
        #expect(bad.detached?.code == .protocolViolation)
        let call = good.call(bed, "orders")
        bed.run(for: .milliseconds(10))
        #expect(good.outcome(call) == .answered([1, 2, 3]))
        #expect(bed.hosts[0].node.catalog.entryCount == 1)
    }

    /// Counters that a stranger sends are counted on from, so their ends matter.
    @Test func `a request that was tried and passed on 255 times is only refused or failed`() {
        let (bed, _, servers) = NodeCallTests.service(2)
        let process = bed.attach(0)
        bed.run(for: .milliseconds(5))
        func open(attempt: UInt8, hops: UInt8) -> [UInt8] {
            var writer = ByteWriter()
            OpenFrame(
                service: ServiceName("orders")!, correlation: CorrelationID(high: 1, low: 2),
                options: .idempotent, attempt: attempt, hops: hops
            ).encodeFrame(stream: StreamID(1), flags: .end, into: &writer)
            return writer.bytes
        }
        // From a process, for an instance on another node.
        let greedy = open(attempt: 255, hops: 255)
        bed.pipes[process.pipe].sides[0].underWay += greedy.count
        bed.send(greedy, process.pipe, from: 0)
        bed.run(for: .milliseconds(10))
        #expect(servers.flatMap(\.served).isEmpty)
        // From a peer, for an instance that is lost while it works.
        let stranger = bed.strangerConnects("mallory", to: 1)
        servers[0].isMute = true
        bed.say(stranger.hello + open(attempt: 255, hops: 0), stranger)
        bed.run(for: .milliseconds(10))
        #expect(servers[0].served.count == 1)
        bed.crash(servers[0])
        bed.run(for: .milliseconds(10))
        #expect(stranger.resets.map(\.code) == [.instanceLost])
        #expect(servers[1].served.isEmpty)
    }
}
