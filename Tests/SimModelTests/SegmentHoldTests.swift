import CommyBase
import Testing

@testable import SimModel

/// One line a fact, the outputs beside it.
@Suite struct SegmentHoldTests {
    private static let millisecond: Int64 = 1_000_000

    private static func at(_ milliseconds: Int64) -> MeshInstant {
        MeshInstant(nanoseconds: milliseconds * millisecond)
    }

    private static func data(_ number: UInt32, length: UInt32 = 100) -> SegmentFacts {
        SegmentFacts(kind: .data, sequence: number * 100, end: number * 100 + length)
    }

    /// Everything that the hold wants done now.
    private static func outputs(_ hold: inout SegmentHold) -> [SegmentHold.Output] {
        var all: [SegmentHold.Output] = []
        while true {
            let output = hold.nextOutput()
            if case .wait = output { return all }
            all.append(output)
        }
    }

    private static func next(_ hold: inout SegmentHold) -> MeshInstant? {
        while true {
            if case .wait(let until) = hold.nextOutput() { return until == .never ? nil : until }
        }
    }

    /// Segments 0..<count of one flow, sent at the begin.
    private static func sent(_ count: UInt32) -> SegmentHold {
        var hold = SegmentHold()
        for number in 0..<count {
            #expect(hold.entered(number, flow: 1, data(number), at: .zero) == .send)
        }
        return hold
    }

    @Test func `segments that arrive in order go through at once`() {
        var hold = Self.sent(2)
        hold.arrived(0, at: Self.at(5))
        hold.arrived(1, at: Self.at(5))
        #expect(Self.outputs(&hold) == [.deliver(handle: 0), .deliver(handle: 1)])
        #expect(!hold.knows(0) && !hold.knows(1))
    }

    @Test func `what arrives early waits for what was sent before it`() {
        var hold = Self.sent(3)
        hold.arrived(2, at: Self.at(4))
        hold.arrived(1, at: Self.at(5))
        #expect(Self.outputs(&hold) == [])
        hold.arrived(0, at: Self.at(6))
        #expect(
            Self.outputs(&hold) == [
                .deliver(handle: 0), .deliver(handle: 1), .deliver(handle: 2),
            ])
    }

    @Test func `a lost segment goes on after the shortest timeout, doubled each time`() {
        var hold = Self.sent(1)
        #expect(hold.lost(0, at: Self.at(10)) == .keep)
        #expect(Self.next(&hold) == Self.at(210))
        hold.advance(to: Self.at(209))
        #expect(Self.outputs(&hold) == [])
        hold.advance(to: Self.at(210))
        #expect(Self.outputs(&hold) == [.resend(handle: 0)])
        #expect(hold.lost(0, at: Self.at(220)) == .keep)
        #expect(Self.next(&hold) == Self.at(620))
        hold.advance(to: Self.at(620))
        #expect(Self.outputs(&hold) == [.resend(handle: 0)])
        hold.arrived(0, at: Self.at(625))
        #expect(Self.outputs(&hold) == [.deliver(handle: 0)])
    }

    @Test func `the timeout has an upper bound`() {
        var hold = Self.sent(1)
        var now = MeshInstant.zero
        for _ in 0..<20 {
            #expect(hold.lost(0, at: now) == .keep)
            let next = Self.next(&hold) ?? .never
            #expect((next - now).nanoseconds <= SegmentHold.longestTimeout)
            now = next
            hold.advance(to: now)
            #expect(Self.outputs(&hold) == [.resend(handle: 0)])
        }
    }

    @Test func `a connection's first segment waits a second, as RFC 6298 says`() {
        var hold = SegmentHold()
        let opening = SegmentFacts(kind: .opening, sequence: 7, end: 8)
        #expect(hold.entered(0, flow: 1, opening, at: .zero) == .send)
        #expect(hold.lost(0, at: .zero) == .keep)
        #expect(Self.next(&hold) == Self.at(1_000))
    }

    @Test func `the third segment behind a lost one hurries its repetition`() {
        var hold = Self.sent(4)
        #expect(hold.lost(0, at: Self.at(1)) == .keep)
        hold.arrived(1, at: Self.at(5))
        hold.arrived(2, at: Self.at(6))
        #expect(Self.next(&hold) == Self.at(201))
        hold.arrived(3, at: Self.at(7))
        // One way back after the third arrival, which took 7 ms.
        #expect(Self.next(&hold) == Self.at(14))
        hold.advance(to: Self.at(14))
        #expect(Self.outputs(&hold) == [.resend(handle: 0)])
        hold.arrived(0, at: Self.at(21))
        #expect(
            Self.outputs(&hold) == (0..<4 as Range<UInt32>).map { .deliver(handle: $0) })
        hold.advance(to: Self.at(1_000))
        #expect(Self.outputs(&hold) == [])
    }

    @Test func `what a kernel repeats by itself is swallowed`() {
        var hold = Self.sent(2)
        #expect(hold.entered(5, flow: 1, Self.data(0), at: Self.at(1)) == .swallow)
        #expect(hold.entered(5, flow: 1, Self.data(0, length: 200), at: Self.at(1)) == .swallow)
        #expect(hold.entered(5, flow: 1, Self.data(1, length: 150), at: Self.at(1)) == .send)
        // Another flow, and the same numbers after 2^32 bytes.
        #expect(hold.entered(6, flow: 2, Self.data(0), at: Self.at(1)) == .send)
        let opening = SegmentFacts(kind: .opening, sequence: 9, end: 10)
        #expect(hold.entered(7, flow: 3, opening, at: Self.at(1)) == .send)
        #expect(hold.entered(8, flow: 3, opening, at: Self.at(2)) == .swallow)
    }

    @Test func `a copy of a segment is given out once`() {
        var hold = Self.sent(1)
        hold.duplicated(0)
        hold.arrived(0, at: Self.at(5))
        #expect(Self.outputs(&hold) == [.deliver(handle: 0)])
        hold.arrived(0, at: Self.at(6))
        #expect(Self.outputs(&hold) == [.release(handle: 0)])
        #expect(!hold.knows(0))
    }

    @Test func `packets that it does not know are none of its business`() {
        var hold = Self.sent(1)
        hold.duplicated(9_999)
        #expect(!hold.knows(9_999))
        #expect(Self.outputs(&hold) == [])
    }

    @Test func `a segment is lost when its last copy is`() {
        var hold = Self.sent(1)
        hold.duplicated(0)
        #expect(hold.lost(0, at: Self.at(1)) == .forget)
        #expect(hold.lost(0, at: Self.at(2)) == .keep)
    }

    @Test func `a lost acknowledgement is made good by the next segment`() {
        var hold = SegmentHold()
        let bare = SegmentFacts(kind: .bare, sequence: 0, end: 0)
        #expect(hold.entered(0, flow: 1, bare, at: .zero) == .send)
        #expect(hold.lost(0, at: Self.at(1)) == .keep)
        #expect(hold.entered(1, flow: 1, bare, at: Self.at(2)) == .send)
        hold.arrived(1, at: Self.at(7))
        #expect(Self.outputs(&hold) == [.release(handle: 0), .deliver(handle: 1)])
        hold.advance(to: Self.at(1_000))
        #expect(Self.outputs(&hold) == [])
    }

    @Test func `the last lost acknowledgement comes when its sender is asked again`() {
        var hold = SegmentHold()
        let bare = SegmentFacts(kind: .bare, sequence: 0, end: 0)
        #expect(hold.entered(0, flow: 1, bare, at: .zero) == .send)
        #expect(hold.lost(0, at: .zero) == .keep)
        hold.advance(to: Self.at(200))
        #expect(Self.outputs(&hold) == [.deliver(handle: 0)])
    }

    @Test func `a lost reset is lost, and nothing waits for it`() {
        var hold = Self.sent(1)
        let reset = SegmentFacts(kind: .reset, sequence: 100, end: 100)
        #expect(hold.entered(1, flow: 1, reset, at: .zero) == .send)
        #expect(hold.entered(2, flow: 1, Self.data(1), at: .zero) == .send)
        #expect(hold.lost(1, at: Self.at(1)) == .forget)
        hold.arrived(0, at: Self.at(2))
        hold.arrived(2, at: Self.at(3))
        #expect(Self.outputs(&hold) == [.deliver(handle: 0), .deliver(handle: 2)])
    }

    @Test func `the probe of a kernel's timer is swallowed`() {
        var hold = Self.sent(1)
        let next = SegmentFacts(kind: .bare, sequence: 100, end: 100)
        let probe = SegmentFacts(kind: .bare, sequence: 99, end: 99)
        #expect(hold.entered(1, flow: 1, next, at: Self.at(1)) == .send)
        #expect(hold.entered(2, flow: 1, probe, at: Self.at(2)) == .swallow)
    }

    @Test func `of a sender without power nothing comes out any more`() {
        var hold = Self.sent(3)
        // Another sender's segment shares the network.
        #expect(hold.entered(3, flow: 2, Self.data(0), at: .zero) == .send)
        hold.arrived(1, at: Self.at(1))
        #expect(hold.lost(0, at: Self.at(1)) == .keep)
        #expect(hold.lost(2, at: Self.at(1)) == .keep)
        #expect(hold.lost(3, at: Self.at(1)) == .keep)
        hold.sourceLost { $0 < 3 }
        #expect(
            Self.outputs(&hold) == [
                .release(handle: 0), .release(handle: 1), .release(handle: 2),
            ])
        hold.advance(to: Self.at(1_000))
        #expect(Self.outputs(&hold) == [.resend(handle: 3)])
        // What it says when it is on again is not behind what was lost.
        #expect(hold.entered(4, flow: 1, Self.data(9), at: Self.at(2_000)) == .send)
        hold.arrived(4, at: Self.at(2_001))
        #expect(Self.outputs(&hold) == [.deliver(handle: 4)])
    }

    /// Whatever a link does, each segment comes out once, in the order of sending.
    @Test(arguments: 0..<50 as Range<UInt64>)
    func `nothing is lost, doubled or overtaken`(_ seed: UInt64) {
        var random = RandomStream(key: RandomKey(seed: seed))
        var hold = SegmentHold()
        var now: Int64 = 0
        // What travels: handle and when it gets to its fate.
        var inFlight: [(due: Int64, handle: UInt32)] = []
        var references: [UInt32: Int] = [:]
        var delivered: [UInt32] = []
        func drain() {
            while true {
                switch hold.nextOutput() {
                case .deliver(let handle):
                    delivered.append(handle)
                    references[handle, default: 0] -= 1
                case .release(let handle): references[handle, default: 0] -= 1
                case .resend(let handle):
                    inFlight.append((now + Int64(random.next() % 50) * Self.millisecond, handle))
                case .wait: return
                }
            }
        }
        for number in 0..<60 as Range<UInt32> {
            _ = hold.entered(number, flow: 1, Self.data(number), at: MeshInstant(nanoseconds: now))
            references[number] = 1
            inFlight.append((now + Int64(random.next() % 50) * Self.millisecond, number))
            if random.next() % 10 == 0 {
                hold.duplicated(number)
                references[number, default: 0] += 1
                inFlight.append((now + Int64(random.next() % 50) * Self.millisecond, number))
            }
        }
        for _ in 0..<10_000 where delivered.count < 60 || !inFlight.isEmpty {
            let alarm = Self.next(&hold)?.nanoseconds ?? .max
            let first = inFlight.map(\.due).min() ?? .max
            guard min(alarm, first) < .max else { break }
            now = max(now, min(alarm, first))
            let instant = MeshInstant(nanoseconds: now)
            hold.advance(to: instant)
            drain()
            guard let place = inFlight.firstIndex(where: { $0.due <= now }) else { continue }
            let handle = inFlight.remove(at: place).handle
            if random.next() % 4 == 0 {
                if hold.lost(handle, at: instant) == .forget { references[handle, default: 0] -= 1 }
            } else {
                hold.arrived(handle, at: instant)
            }
            drain()
        }
        #expect(delivered == Array(0..<60))
        #expect((0..<60 as Range<UInt32>).allSatisfy { references[$0] == 0 })
    }
}
