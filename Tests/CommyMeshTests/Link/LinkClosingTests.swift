import CommyBase
import CommyWire
import Testing

@testable import CommyMesh

/// How a link begins and ends.
struct LinkClosingTests {
    /// The highest streams that the GOAWAYs in a machine's output name.
    private static func accepted(_ machine: LinkMachine) throws -> [StreamID] {
        var accepted: [StreamID] = []
        var reader = FrameReader()
        let bytes = machine.output.withUnreadBytes { span in
            unsafe span.withUnsafeBytes { unsafe Array($0) }
        }
        try unsafe reader.receive(bytes.span.bytes) { header, payload throws(WireError) in
            if header.kind == .goAway {
                accepted.append(try GoAwayFrame(decoding: payload).lastAccepted)
            }
        }
        return accepted
    }

    @Test func `both speak the highest version that both know`() {
        var pair = LinkPair(greets: false)
        let limits = LinkLimits()
        pair.dialler = LinkMachine(
            side: .dialler, facts: LinkPair.facts("a", limits), limits: limits, versions: 1...2,
            at: pair.now)
        pair.acceptor = LinkMachine(
            side: .acceptor, facts: LinkPair.facts("b", limits), limits: limits, versions: 2...3,
            at: pair.now)
        pair.move(.dialler)
        pair.acceptor.accept(LinkPair.facts("b", limits), at: pair.now)
        pair.move(.acceptor)
        #expect(pair.fault == nil)
        #expect(pair.acceptor.version == 2)
        #expect(pair.dialler.version == 2)
    }

    @Test func `a second GOAWAY does not raise the number`() throws {
        var pair = LinkPair()
        let first = try some(pair.open(binding: 1))
        pair.settle()
        pair.acceptor.beginClosing(.peerShuttingDown, at: pair.now)
        // It crosses the GOAWAY, and is not looked at.
        _ = try some(pair.open(binding: 2))
        pair.move(.dialler)
        pair.acceptor.refuse(.overloaded, "enough")
        #expect(try Self.accepted(pair.acceptor) == [first.id, first.id])
    }

    @Test func `a GOAWAY that takes back more abandons more`() throws {
        var pair = LinkPair()
        for binding in UInt32(1)...4 { _ = try some(pair.open(binding: binding)) }
        for (accepted, abandoned) in [(UInt64(5), [UInt32(4)]), (1, [2, 3])] {
            pair.acceptor.write {
                GoAwayFrame(code: .peerShuttingDown, lastAccepted: StreamID(accepted))
                    .encodeFrame(into: &$0)
            }
            pair.move(.acceptor)
            var bindings: [UInt32] = []
            while let binding = pair.dialler.popAbandoned() { bindings.append(binding) }
            #expect(bindings == abandoned)
        }
        #expect(pair.dialler.table.count == 1)
    }

    @Test(arguments: [LinkSide.dialler, .acceptor])
    func `the last number is used, and what comes on it is not a mistake`(
        _ side: LinkSide
    ) throws {
        var pair = LinkPair()
        pair[side].nextStream = StreamID(StreamID.greatest - (side == .dialler ? 0 : 1))
        #expect(!pair[side].hasRunOut)
        let key = try some(pair.open(side, ends: true))
        #expect(pair[side].hasRunOut && pair[side].needsSettling)
        #expect(!pair[side].takesStreams)
        pair.settle()
        pair[side].sendReset(key, .cancelled)
        // Late, on a stream that is over here.
        pair[side.other].write {
            ResetFrame(code: .draining).encodeFrame(stream: key.id, into: &$0)
        }
        pair.settle()
        #expect(pair.fault == nil)
        #expect(pair.facts.contains { $0.1 == .reset(binding: .max) })
    }
}
