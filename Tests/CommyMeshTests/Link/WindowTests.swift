import CommyBase
import Testing

@testable import CommyMesh

/// A writer and a reader of one stream over a path with a round trip and a rate, step by step.
private struct WindowRun {
    var limits = LinkLimits()
    var window: StreamWindow
    var available: UInt32
    var now = MeshInstant.zero
    /// Grants on their way to the writer, and what the writer may send.
    var sizes: [UInt32] = []

    init() {
        window = StreamWindow(limits.streamWindow)
        available = limits.streamWindow
    }

    /// The writer sends all that it may, in pieces, and the reader takes it at once. `rate` is in
    /// bytes per second, and what it cannot carry within the round trip takes longer.
    mutating func round(_ roundTrip: Duration, rate: Int = .max, takes share: Int = 100) {
        let count = available
        let start = now + roundTrip
        now = start
        var sent: UInt32 = 0
        while sent < count {
            let piece = min(16_384, count - sent)
            let took = rate == .max ? 0 : Int(sent + piece) * 1_000_000_000 / rate
            now = start + .nanoseconds(took)
            window.received(piece, available: available, mayGrow: true, at: now, limits)
            available -= piece
            available += window.used(
                piece * UInt32(share) / 100, available: available, at: now)
            sent += piece
        }
        sizes.append(window.size)
    }
}

struct WindowTests {
    @Test func `a window that the writer waits for doubles with each round trip, to its limit`() {
        var run = WindowRun()
        for _ in 0..<10 { run.round(.milliseconds(80)) }
        let limit = run.limits.streamWindowLimit
        #expect(run.sizes.last == limit)
        #expect(run.sizes.contains(128 << 10) && run.sizes.contains(1 << 20))
        #expect(run.available <= limit)
    }

    @Test(arguments: [500_000, 2_000_000, 20_000_000])
    func `a window stops growing at a few products of bandwidth and delay`(_ rate: Int) {
        var run = WindowRun()
        for _ in 0..<40 { run.round(.milliseconds(40), rate: rate) }
        let product = rate * 40 / 1_000
        let most = max(3 * product, 2 * Int(run.limits.streamWindow))
        #expect(Int(run.window.size) <= most, "\(run.sizes)")
        #expect(Int(run.window.size) >= min(product, Int(run.limits.streamWindowLimit)))
    }

    @Test func `a writer that is not held up gets one doubling and no more`() {
        let limits = LinkLimits()
        var window = StreamWindow(limits.streamWindow)
        var available = limits.streamWindow
        var now = MeshInstant.zero
        for _ in 0..<5_000 {
            now = now + .milliseconds(10)
            window.received(1_000, available: available, mayGrow: true, at: now, limits)
            available -= 1_000
            available += window.used(1_000, available: available, at: now)
        }
        #expect(window.size <= limits.streamWindow * 2)
    }

    @Test func `a reader that takes little keeps the window as it is`() {
        let limits = LinkLimits()
        var window = StreamWindow(limits.streamWindow)
        var available = limits.streamWindow
        var held: UInt32 = 0
        var now = MeshInstant.zero
        for _ in 0..<200 {
            // The writer fills the window within a millisecond, the reader frees half of it.
            now = now + .milliseconds(1)
            window.received(available, available: available, mayGrow: true, at: now, limits)
            held += available
            available = 0
            now = now + .milliseconds(100)
            let taken = min(held, limits.streamWindow / 2)
            held -= taken
            available += window.used(taken, available: available, at: now)
        }
        #expect(window.size == limits.streamWindow)
    }

    @Test func `a window shrinks when it was not used for long, and owes what it had granted`() {
        var run = WindowRun()
        for _ in 0..<4 { run.round(.milliseconds(80)) }
        let large = run.window.size
        #expect(large > run.limits.streamWindow)
        run.now = run.now + run.limits.activeFor * 2
        run.round(.milliseconds(80))
        #expect(run.window.size < large)
        for _ in 0..<4 { run.round(.seconds(6)) }
        #expect(run.window.size == run.limits.streamWindow)
        #expect(run.available <= run.limits.streamWindow)
    }

    @Test func `without leave to grow nothing grows, and without time neither`() {
        var run = WindowRun()
        run.limits.streamWindowLimit = run.limits.streamWindow
        for _ in 0..<9 { run.round(.milliseconds(80)) }
        #expect(run.window.size == run.limits.streamWindow)
        run = WindowRun()
        for _ in 0..<9 { run.round(.zero) }
        #expect(run.window.size == run.limits.streamWindow)
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
