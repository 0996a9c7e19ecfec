internal import CommyBase
internal import SimTraffic
internal import Testing

@Suite struct ArrivalScheduleTests {
    static func schedule(
        seconds: Int64, from rate: UInt64, to final: UInt64? = nil,
        _ spacing: ArrivalSchedule.Spacing = .constant, start: Int64 = 0
    ) -> ArrivalSchedule {
        ArrivalSchedule(
            start: MeshInstant(nanoseconds: start),
            end: MeshInstant(nanoseconds: start + seconds * 1_000_000_000),
            requestsPerMegasecond: rate * 1_000_000,
            finalRequestsPerMegasecond: final.map { $0 * 1_000_000 }, spacing: spacing)
    }

    /// Seconds of every request.
    static func seconds(_ schedule: ArrivalSchedule) -> [Double] {
        var schedule = schedule
        var all: [Double] = []
        while let due = schedule.nextDue {
            all.append(Double((due - schedule.start).nanoseconds) / 1e9)
            schedule.advance()
        }
        return all
    }

    @Test func `a million requests do not drift`() {
        var schedule = Self.schedule(seconds: 400_000, from: 3, start: 5)
        for _ in 0..<999_999 { schedule.advance() }
        #expect(schedule.nextDue?.nanoseconds == 333_333_000_000_005)
    }

    @Test func `nothing is due at the end`() {
        #expect(Self.seconds(Self.schedule(seconds: 1, from: 200)).count == 200)
    }

    @Test func `a burst is due at one instant and keeps the rate`() {
        let seconds = Self.seconds(Self.schedule(seconds: 2, from: 50, .burst(10)))
        #expect(seconds.count == 100)
        #expect(
            seconds.prefix(21)
                == ([0, 0.2].flatMap { Array(repeating: $0, count: 10) } + [0.4])[...])
    }

    /// The integral of the rate: `r0 t + (r1 - r0) t^2 / 2T` requests are due before `t`.
    @Test(arguments: [(10, 90), (90, 10), (50, 50)] as [(UInt64, UInt64)])
    func `a ramp sends what its rate adds up to`(_ from: UInt64, _ to: UInt64) {
        let seconds = Self.seconds(Self.schedule(seconds: 10, from: from, to: to))
        #expect(abs(seconds.count - 500) <= 1)
        for time in [2.5, 5, 7.5] {
            let growth = (Double(to) - Double(from)) / 10
            let expected = Double(from) * time + growth * time * time / 2
            let sent = seconds.count { $0 < time }
            #expect(abs(Double(sent) - expected) <= 1)
        }
    }

    /// Of a Poisson process: the mean number, and the gaps' mean and variance of an exponential
    /// distribution. The draws are seeded, so the outcome is the same on each machine.
    @Test(arguments: 0..<5) func `Poisson arrivals are independent`(_ seed: Int) {
        let key = RandomKey(seed: UInt64(seed))
        let seconds = Self.seconds(Self.schedule(seconds: 100, from: 100, .poisson(key)))
        // Four standard deviations: the square root of the mean.
        #expect(abs(seconds.count - 10_000) < 400)
        let gaps = zip(seconds.dropFirst(), seconds).map { $0 - $1 }
        let mean = gaps.reduce(0, +) / Double(gaps.count)
        let variance = gaps.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(gaps.count)
        #expect(abs(mean - 0.01) < 0.0004)
        #expect(abs(variance / (mean * mean) - 1) < 0.1)
        // Gaps longer than the mean: 1/e of them.
        let long = Double(gaps.count { $0 > mean }) / Double(gaps.count)
        #expect(abs(long - 0.3679) < 0.02)
    }

    @Test func `a Poisson ramp follows its rate`() {
        let schedule = Self.schedule(
            seconds: 100, from: 10, to: 190, .poisson(RandomKey(seed: 7)))
        let seconds = Self.seconds(schedule)
        #expect(abs(seconds.count - 10_000) < 400)
        // A quarter of the area lies in the first half: 10 * 50 + 0.9 * 2500.
        #expect(abs(seconds.count { $0 < 50 } - 2_750) < 220)
    }

    @Test func `another seed gives other arrivals, the same gives the same`() {
        func arrivals(_ seed: UInt64) -> [Double] {
            Self.seconds(Self.schedule(seconds: 1, from: 100, .poisson(RandomKey(seed: seed))))
        }
        #expect(arrivals(1) == arrivals(1))
        #expect(arrivals(1) != arrivals(2))
    }

    @Test(
        arguments: [
            ("200", 200_000_000), ("0.5", 500_000), ("1.000001", 1_000_001), ("0", nil),
            ("-1", nil),
            ("", nil), (".5", nil), ("1e3", nil), ("0.0000001", nil),
        ] as [(String, UInt64?)])
    func `a rate is read exactly or refused`(_ text: String, _ expected: UInt64?) {
        #expect(ArrivalSchedule.requestsPerMegasecond(text) == expected)
    }
}
