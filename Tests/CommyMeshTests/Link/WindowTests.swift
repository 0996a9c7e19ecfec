import CommyBase
import Testing

@testable import CommyMesh

/// A writer that always has something to write and a reader of one stream, over a path that takes
/// time and carries so much and no more. Everything happens in steps of a millisecond.
private struct WindowRun {
    var limits = LinkLimits()
    var window: StreamWindow
    var available: UInt32
    var now = MeshInstant.zero
    /// What the writer may send.
    private var credit: UInt32
    /// Credit and bytes on their way: when they arrive, and how many.
    private var grants: [(at: Int, count: UInt32)] = []
    private var bytes: [(at: Int, count: UInt32)] = []
    /// Bytes that wait for the path, and that wait for the reader.
    private var queued: UInt32 = 0
    private var unread: UInt32 = 0
    private var step = 0

    init() {
        window = StreamWindow(limits.streamWindow)
        available = limits.streamWindow
        credit = limits.streamWindow
    }

    /// Bytes that the writer writes, the path carries, and the reader takes each millisecond.
    mutating func run(
        _ milliseconds: Int, roundTrip: Int, writes: Int = .max, carries: Int = .max,
        takes: Int = .max
    ) {
        for _ in 0..<milliseconds {
            step += 1
            now = now + .milliseconds(1)
            while let grant = grants.first, grant.at <= step {
                credit += grant.count
                grants.removeFirst()
            }
            let written = UInt32(min(Int(credit), writes))
            credit -= written
            queued += written
            let carried = UInt32(min(Int(queued), carries))
            queued -= carried
            if carried > 0 { bytes.append((step + roundTrip / 2, carried)) }
            while let piece = bytes.first, piece.at <= step {
                unread += piece.count
                available -= piece.count
                bytes.removeFirst()
            }
            let taken = UInt32(min(Int(unread), takes))
            guard taken > 0 else { continue }
            unread -= taken
            let granted = window.used(
                taken, available: available, mayGrow: true, at: now, limits)
            available += granted
            if granted > 0 { grants.append((step + roundTrip / 2, granted)) }
            let held = Int(unread) + Int(available) + Int(window.ungranted)
            precondition(held == Int(window.size))
        }
    }
}

struct WindowTests {
    @Test func `a window that the writer waits for doubles with each round trip, to its limit`() {
        var run = WindowRun()
        run.run(200, roundTrip: 80)
        #expect(run.window.size > run.limits.streamWindow)
        run.run(1_000, roundTrip: 80)
        #expect(run.window.size == run.limits.streamWindowLimit)
    }

    @Test(arguments: [500, 2_000, 20_000])
    func `a window stops growing at four products of bandwidth and delay`(_ carries: Int) {
        var run = WindowRun()
        run.run(5_000, roundTrip: 40, carries: carries)
        let product = carries * 40
        #expect(Int(run.window.size) >= product, "\(run.window.size)")
        let most = max(4 * product, 2 * Int(run.limits.streamWindow))
        #expect(Int(run.window.size) <= most, "\(run.window.size)")
    }

    @Test func `a writer that is not held up gets one doubling and no more`() {
        var run = WindowRun()
        run.run(20_000, roundTrip: 20, writes: 100)
        #expect(run.window.size <= run.limits.streamWindow * 2)
    }

    @Test func `a slow reader gets one doubling and no more`() {
        var run = WindowRun()
        run.run(20_000, roundTrip: 20, takes: 100)
        #expect(run.window.size <= run.limits.streamWindow * 2)
        // A fast one that becomes slow keeps what it has, but for a grant that was timed before.
        run = WindowRun()
        run.run(100, roundTrip: 20)
        let size = run.window.size
        run.run(2_000, roundTrip: 20, takes: 100)
        #expect(run.window.size <= size * 2)
    }

    @Test func `a window that takes long to be used is as small as it began`() {
        var run = WindowRun()
        run.run(1_000, roundTrip: 80)
        #expect(run.window.size == run.limits.streamWindowLimit)
        run.run(600_000, roundTrip: 80, writes: 20)
        #expect(run.window.size == run.limits.streamWindow)
        #expect(run.available <= run.limits.streamWindow)
    }

    @Test func `without leave to grow nothing grows, and without time neither`() {
        var run = WindowRun()
        run.limits.streamWindowLimit = run.limits.streamWindow
        run.run(1_000, roundTrip: 80)
        #expect(run.window.size == run.limits.streamWindow)
        var window = StreamWindow(100)
        for _ in 0..<100 {
            same(
                window.used(100, available: 0, mayGrow: true, at: .zero, LinkLimits()), 100)
        }
        #expect(window.size == 100)
    }

    /// A link whose window is used up each round trip of `measured`.
    private func link(_ samples: [Duration], rounds: Int, every span: Duration) -> LinkWindow {
        let limits = LinkLimits()
        var roundTrip = RoundTripEstimator()
        for sample in samples { roundTrip.measured(sample) }
        var window = LinkWindow(limits.linkWindow)
        window.measured(roundTrip)
        var now = MeshInstant.zero
        var owed = 0
        for _ in 0..<rounds {
            now = now + span
            owed += Int(window.size) - Int(window.released(Int(window.size), at: now, limits))
            if window.wantsGrowth { window.grow(limits) }
        }
        #expect(owed <= Int(limits.linkWindowLimit))
        return window
    }

    @Test func `a link's window grows when half of it goes within two round trips`() {
        let limits = LinkLimits()
        let grown = link([.milliseconds(80)], rounds: 20, every: .milliseconds(80))
        #expect(grown.size == limits.linkWindowLimit)
        #expect(grown.exposure == Int(grown.size))
        let slow = link([.milliseconds(80)], rounds: 20, every: .milliseconds(700))
        #expect(slow.size <= limits.linkWindowLimit)
        // No heartbeat has come back: nothing is known of the path.
        #expect(link([], rounds: 20, every: .milliseconds(80)).size == limits.linkWindow)
    }

    @Test func `a link's window does not grow while heartbeats are held up by a queue`() {
        let samples: [Duration] = [.milliseconds(80), .milliseconds(150)]
        let window = link(samples, rounds: 20, every: .milliseconds(80))
        #expect(window.size == LinkLimits().linkWindow)
        let again = samples + [.milliseconds(90)]
        #expect(link(again, rounds: 20, every: .milliseconds(80)).size > LinkLimits().linkWindow)
    }

    @Test func `a link's window shrinks when it was idle`() {
        let limits = LinkLimits()
        var window = link([.milliseconds(80)], rounds: 20, every: .milliseconds(80))
        let later = MeshInstant.zero + .seconds(60)
        same(window.released(100, at: later, limits), 0)
        #expect(window.size == limits.linkWindow)
        // What was granted may still come.
        #expect(window.exposure > Int(limits.linkWindowLimit) - Int(limits.linkWindow))
    }
}
