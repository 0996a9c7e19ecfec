import CommyBase
import CommyWire
import Testing

@testable import CommyMesh

/// What waits on a link, who goes first, and what it costs.
struct StreamBacklogTests {
    private static func append(
        _ backlog: inout StreamBacklog, _ kind: FrameKind, _ flags: FrameFlags, _ bytes: [UInt8]
    ) {
        unsafe backlog.append(kind, flags, bytes.span.bytes)
    }

    /// Kinds, flags and bytes of all that waits, taken out.
    private static func all(_ backlog: inout StreamBacklog) -> [String] {
        var frames: [String] = []
        while !backlog.isEmpty {
            frames.append(
                backlog.takeFirst(limit: .max) { frame, payload in
                    let bytes = unsafe payload.withUnsafeBytes { unsafe Array($0) }
                    return "\(frame.kind)\(frame.flags.contains(.end) ? " end" : "") \(bytes)"
                })
        }
        return frames
    }

    @Test func `pieces of a message are one frame, up to its end and no further`() {
        var backlog = StreamBacklog()
        Self.append(&backlog, .head, [], [0, 0, 0, 0])
        for byte in UInt8(1)...3 { Self.append(&backlog, .data, byte == 3 ? .end : [], [byte]) }
        Self.append(&backlog, .data, [], [4])
        #expect(backlog.dataCount == 4)
        same(Self.all(&backlog), ["head [0, 0, 0, 0]", "data end [1, 2, 3]", "data [4]"])
    }

    @Test func `a frame is never longer than a frame may be`() {
        var backlog = StreamBacklog()
        let piece = [UInt8](repeating: 1, count: 40_000)
        for _ in 0..<3 { Self.append(&backlog, .data, [], piece) }
        var counts: [Int] = []
        while !backlog.isEmpty {
            counts.append(backlog.takeFirst(limit: .max) { _, payload in payload.byteCount })
        }
        #expect(counts == [40_000, 40_000, 40_000])
    }

    @Test func `many bytes that come one by one cost little more than themselves`() {
        var backlog = StreamBacklog()
        for _ in 0..<10_000 { Self.append(&backlog, .data, [], [7]) }
        #expect(backlog.memory < 3 * 10_000)
    }

    @Test func `a link gives the memory of a bad moment back`() throws {
        var pair = LinkPair()
        var keys: [StreamKey] = []
        for binding in UInt32(0)..<64 { keys.append(try some(pair.open(binding: binding))) }
        // Each stream's window and 50,000 bytes more.
        for key in keys { _ = pair.data(.dialler, key, 65_536) }
        for key in keys { _ = pair.data(.dialler, key, 50_000) }
        #expect(pair.dialler.waitingBytes > 64 * 50_000)
        for key in keys { pair.dialler.sendReset(key, .cancelled) }
        pair.settle()
        var memory = 0
        for backlog in pair.dialler.backlogs { memory += backlog.memory }
        #expect(memory <= StreamBacklog.keptMemory)
        #expect(memory == pair.dialler.keptMemory)
    }

    @Test func `streams that wait for the link's credit get it in turn, byte by byte`() throws {
        var limits = LinkLimits()
        limits.linkWindow = 100_000
        var pair = LinkPair(limits)
        var keys: [StreamKey] = []
        for binding in UInt32(1)...4 { keys.append(try some(pair.open(binding: binding))) }
        _ = pair.data(.dialler, keys[0], 50_000)
        _ = pair.data(.dialler, keys[1], 50_000)
        for key in keys { _ = pair.data(.dialler, key, 10) }
        pair.settle()
        while pair.dialler.popDrained() != nil {}
        var order: [UInt32] = []
        for _ in 0..<8 {
            pair.acceptor.write { CreditFrame(byteCount: 1).encodeFrame(into: &$0) }
            pair.move(.acceptor)
            while let part = pair.dialler.popDrained() {
                #expect(part.byteCount == 1)
                order.append(part.binding)
            }
        }
        #expect(order == [1, 2, 3, 4, 1, 2, 3, 4])
        // An urgent one that has credit of its own goes first when there is more.
        let urgent = try some(pair.open(priority: .highest, binding: 9))
        _ = pair.data(.dialler, urgent, 2)
        pair.acceptor.write { CreditFrame(byteCount: 3).encodeFrame(into: &$0) }
        pair.move(.acceptor)
        same(pair.dialler.popDrained()?.binding, 9)
        same(pair.dialler.popDrained()?.binding, 1)
        same(pair.dialler.popDrained(), nil)
    }
}
