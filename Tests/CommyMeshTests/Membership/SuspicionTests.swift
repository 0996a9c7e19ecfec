import CommyBase
import Testing

@testable import CommyMesh

struct SuspicionTests {
    private let limits = MembershipLimits()

    private func remaining(_ confirmations: Int, of liveCount: Int) -> Duration {
        let suspicion = Suspicion(
            target: NodeID(value: 1), confirmations: confirmations, liveCount: liveCount,
            limits: limits, at: .zero)
        return suspicion.deadline - .zero
    }

    @Test func `the shortest time grows by a step per decade and ends at the longest`() {
        #expect(Suspicion.shortest(liveCount: 1, limits: limits) == .seconds(2))
        let ten = Suspicion.shortest(liveCount: 10, limits: limits)
        #expect(abs((ten - .milliseconds(2_400)).nanoseconds) < 10)
        let hundred = Suspicion.shortest(liveCount: 100, limits: limits)
        #expect(abs((hundred - .milliseconds(2_800)).nanoseconds) < 10)
        #expect(Suspicion.shortest(liveCount: 1_000_000_000, limits: limits) == .seconds(4))
    }

    @Test func `each confirmation shortens it, the first the most`() {
        let times = (0...4).map { remaining($0, of: 10) }
        #expect(times[0] == .seconds(4))
        #expect(times[1] < times[0] && times[2] < times[1] && times[3] < times[2])
        #expect(times[0] - times[1] > times[1] - times[2])
        #expect(abs((times[3] - .milliseconds(2_400)).nanoseconds) < 10)
        #expect(times[4] == times[3], "more than those that count change nothing")
    }

    @Test func `it does not wait for confirmations that nobody can give`() {
        let shortest = Suspicion.shortest(liveCount: 2, limits: limits)
        #expect(remaining(0, of: 2) == shortest)
        let three = Suspicion.shortest(liveCount: 3, limits: limits)
        #expect(remaining(1, of: 3) == three)
        #expect(remaining(0, of: 3) == .seconds(4))
    }

    @Test func `standing still puts it off`() {
        var suspicion = Suspicion(
            target: NodeID(value: 1), confirmations: 0, liveCount: 10, limits: limits, at: .zero)
        suspicion.postpone(by: .seconds(10))
        #expect(suspicion.deadline == .zero + .seconds(14))
        suspicion.confirmed(by: 3)
        #expect(suspicion.deadline < .zero + .seconds(14))
        #expect(suspicion.deadline > .zero + .seconds(12))
    }
}
