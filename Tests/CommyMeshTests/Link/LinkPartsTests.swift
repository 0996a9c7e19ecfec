import CommyBase
import CommyWire
import Testing

@testable import CommyMesh

struct CreditWindowTests {
    @Test func `it never goes below zero or above the ceiling`() {
        var window = CreditWindow(10)
        same(window.spend(10), true)
        same(window.spend(1), false)
        #expect(window.available == 0)
        same(window.grant(5, ceiling: 8), true)
        same(window.grant(4, ceiling: 8), false)
        same(window.grant(.max, ceiling: .max), false)
        #expect(window.available == 5)
    }
}

struct RoundTripEstimatorTests {
    @Test func `it follows RFC 6298`() {
        var estimator = RoundTripEstimator()
        #expect(estimator.timeout(initial: .seconds(1)) == .seconds(1))
        estimator.measured(.milliseconds(100))
        #expect(estimator.smoothed == .milliseconds(100))
        #expect(estimator.variation == .milliseconds(50))
        estimator.measured(.milliseconds(180))
        // rttvar = 3/4 * 50 + 1/4 * 80, srtt = 7/8 * 100 + 1/8 * 180.
        #expect(estimator.variation == .microseconds(57_500))
        #expect(estimator.smoothed == .milliseconds(110))
        #expect(estimator.timeout(initial: .zero) == .milliseconds(340))
        #expect(estimator.least == .milliseconds(100))
        estimator.measured(.milliseconds(-5))
        #expect(estimator.least == .zero)
    }
}

struct BandwidthEstimatorTests {
    @Test func `it keeps the highest rate of the last ten samples`() {
        var estimator = BandwidthEstimator()
        var sent: UInt64 = 0
        for step in 0..<12 {
            sent += step == 1 ? 1_000_000 : 1_000
            estimator.acknowledged(
                sentBytes: sent, at: .zero + .milliseconds(Int64(100 * step)))
            if step == 1 { #expect(estimator.bytesPerSecond == 10_000_000) }
        }
        #expect(estimator.bytesPerSecond == 10_000)
    }
}

struct HeartbeatTests {
    let limits = LinkLimits()

    @Test func `a used link is asked each quarter second and silent after three`() {
        var beat = Heartbeat(at: .zero)
        same(beat.used(at: .zero, limits), true)
        let asks = [250, 500].map { MeshInstant.zero + .milliseconds($0) }
        for (index, at) in asks.enumerated() {
            #expect(beat.nextDeadline(at: at - .nanoseconds(1), limits) == at)
            same(beat.timePassed(at: at, limits), .ask(UInt64(index + 1)))
        }
        let at = MeshInstant.zero + .milliseconds(750)
        same(beat.timePassed(at: at, limits), .silent(ask: 3))
        same(beat.heard(at: at + .milliseconds(1)), true)
        #expect(beat.state == .lively)
    }

    @Test func `an idle link is asked seldom, and silence counts from its first use`() {
        var beat = Heartbeat(at: .zero)
        #expect(beat.nextDeadline(at: .zero, limits) == .zero + .seconds(2))
        let use = MeshInstant.zero + .milliseconds(1_900)
        same(beat.used(at: use, limits), true)
        same(beat.used(at: use, limits), false)
        // Asked at once, because it was not for long; silent only 750 ms after.
        same(beat.timePassed(at: use, limits), .ask(1))
        #expect(beat.nextDeadline(at: use, limits) == use + .milliseconds(250))
    }

    @Test func `bytes without echoes do not hide that the other direction is cut`() {
        var beat = Heartbeat(at: .zero)
        var now = MeshInstant.zero
        var silentAt: MeshInstant?
        while now < .zero + .seconds(4), silentAt == nil {
            now = now + .milliseconds(50)
            _ = beat.used(at: now, limits)
            _ = beat.heard(at: now)
            if case .silent = beat.timePassed(at: now, limits) { silentAt = now }
        }
        #expect(silentAt == .zero + .milliseconds(2_050))
        same(beat.heard(at: now), false)
        #expect(beat.state == .silent)
        same(beat.echoed(at: now), true)
        #expect(beat.state == .lively)
    }

    @Test func `a process that stood still excuses the others`() {
        var beat = Heartbeat(at: .zero)
        _ = beat.used(at: .zero, limits)
        let late = MeshInstant.zero + .seconds(3)
        beat.excused(at: late)
        guard case .ask = beat.timePassed(at: late, limits) else {
            Issue.record("it took its own stand-still for the peer's silence")
            return
        }
    }

    @Test func `a link that stays silent is lost`() {
        var beat = Heartbeat(at: .zero)
        var now = MeshInstant.zero
        var last = Heartbeat.OnTime.nothing
        while last != .lost, now < .zero + .seconds(60) {
            now = beat.nextDeadline(at: now, limits)
            last = beat.timePassed(at: now, limits)
        }
        #expect(now == MeshInstant.zero + limits.lostAfter)
    }
}

struct StreamTableTests {
    @Test(arguments: UInt64(0)..<10)
    func `it finds what a dictionary finds`(_ seed: UInt64) {
        var table = StreamTable()
        var model: [UInt64: UInt32] = [:]
        var random = RandomStream(key: RandomKey(seed: seed))
        for step in 0..<2_000 {
            let id = UInt64(1 + random.below(300))
            if let slot = table.find(StreamID(id)) {
                #expect(model[id] == table[slot].binding)
                if random.below(2) == 0 {
                    table.remove(slot)
                    model[id] = nil
                }
            } else {
                #expect(model[id] == nil)
                model[id] = UInt32(step)
                _ = table.insert(
                    LinkStream(
                        id: StreamID(id), binding: UInt32(step), send: CreditWindow(1),
                        receive: CreditWindow(1), priority: .normal))
            }
            if step % 97 == 0 { table.checkInvariants() }
        }
        #expect(table.count == model.count)
        table.checkInvariants()
    }

    @Test func `a key of a stream that is over finds nothing, even in the same slot`() {
        var table = StreamTable()
        let stream = LinkStream(
            id: StreamID(1), binding: 0, send: CreditWindow(1), receive: CreditWindow(1),
            priority: .normal)
        let slot = table.insert(stream)
        let key = table.key(slot)
        table.remove(slot)
        #expect(table.find(key) == nil)
        var next = stream
        next.id = StreamID(3)
        same(table.insert(next), slot)
        #expect(table.find(key) == nil)
    }
}

struct SendSchedulerTests {
    @Test func `the most urgent goes first, equals in turn`() {
        var scheduler = SendScheduler()
        scheduler.append(1, .lowest)
        scheduler.append(2, .normal)
        scheduler.append(3, .normal)
        scheduler.append(4, .highest)
        #expect(!scheduler.lets(pass: .normal))
        #expect(!scheduler.lets(pass: .highest))
        scheduler.remove(3, .normal)
        same([scheduler.next(), scheduler.next(), scheduler.next()], [4, 2, 1])
        same(scheduler.next(), nil)
        #expect(scheduler.lets(pass: .lowest))
        scheduler.append(5, .lowest)
        #expect(scheduler.lets(pass: .normal))
        #expect(!scheduler.lets(pass: .lowest))
    }
}
