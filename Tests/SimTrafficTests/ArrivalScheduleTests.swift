internal import CommyBase
internal import SimTraffic
internal import Testing

@Suite struct ArrivalScheduleTests {
    @Test func `a billion requests do not drift`() {
        let rate = ArrivalSchedule.requestsPerMegasecond("3")!
        let schedule = ArrivalSchedule(
            start: MeshInstant(nanoseconds: 5), end: .never, requestsPerMegasecond: rate)
        #expect(schedule.due(ordinal: 1)?.nanoseconds == 333_333_338)
        #expect(schedule.due(ordinal: 3_000_000_000)?.nanoseconds == 1_000_000_000_000_000_005)
        #expect(schedule.due(ordinal: .max) == nil)
    }

    @Test func `nothing is due at the end`() {
        var schedule = ArrivalSchedule(
            start: .zero, end: MeshInstant(nanoseconds: 1_000_000_000),
            requestsPerMegasecond: 200_000_000)
        var count = 0
        while schedule.nextDue != nil {
            schedule.advance()
            count += 1
        }
        #expect(count == 200)
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
