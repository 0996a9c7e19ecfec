import CommyBase
import Testing

@testable import SimModel

struct JudgeFigureTests {
    @Test(arguments: [
        (0.0, Int64(1)), (0.01, 1), (0.5, 50), (0.501, 51), (0.99, 99), (0.999, 100), (1, 100),
    ])
    func `a quantile is the sample at the nearest rank`(quantile: Double, wanted: Int64) {
        #expect(NearestRank.value(quantile, of: Array(1...100)) == wanted)
    }

    @Test func `a quantile agrees with its definition for every size and percent`() {
        for count in 1...200 {
            let samples = (1...Int64(count)).map { $0 * 10 }
            for thousandth in 1...1_000 {
                // The least rank r with r / count >= thousandth / 1000, in whole numbers.
                let rank = (thousandth * count + 999) / 1_000
                let value = NearestRank.value(Double(thousandth) / 1_000, of: samples)
                #expect(value == Int64(rank * 10))
            }
        }
    }

    @Test func `there is no quantile without samples`() {
        #expect(NearestRank.value(0.5, of: []) == nil)
    }

    @Test(arguments: [
        (0, 0, "-"), (0, 5, "0%"), (5, 5, "100%"), (1, 2, "50%"), (248, 250, "99.2%"),
        (1, 3, "33.333%"), (999_999, 1_000_000, "99.999%"), (1, 10_000_000, "0.001%"),
        (9_999_999, 10_000_000, "99.999%"),
    ])
    func `a percentage is 0 or 100 only when it is`(count: Int, total: Int, text: String) {
        #expect(FigureText.percent(count, of: total) == text)
    }

    @Test(arguments: [
        (0.999, "99.9%"), (0.5, "50%"), (0.0, "0%"), (1.0, "100%"), (0.99999, "99.999%"),
        (99.9 / 100, "99.9%"), (0.07, "7%"),
    ])
    func `a bound is written as its author wrote it`(share: Double, text: String) {
        #expect(FigureText.percent(share) == text)
    }

    @Test(arguments: [
        (Int64(0), "0s"), (999, "999ns"), (85_432, "85.4us"), (4_213_456, "4.21ms"),
        (812_345_678, "812ms"), (999_999_999, "1s"), (12_345_678_901, "12.3s"),
        (-1_234_567, "-1.23ms"), (123_456_789_012, "123s"),
    ])
    func `a span has three significant digits`(nanoseconds: Int64, text: String) {
        #expect(FigureText.span(nanoseconds: nanoseconds) == text)
    }

    @Test func `times count from the begin of the traffic`() {
        let start = MeshInstant(nanoseconds: 1_500_000_000)
        #expect(FigureText.time(start + .microseconds(4_213_999), since: start) == "t+4.213s")
        #expect(FigureText.time(start - .milliseconds(250), since: start) == "t-0.250s")
    }

    @Test func `large counts are grouped by thousands`() {
        #expect(FigureText.count(0) == "0")
        #expect(FigureText.count(999) == "999")
        #expect(FigureText.count(1_000) == "1,000")
        #expect(FigureText.count(-1_234_567) == "-1,234,567")
        #expect(FigureText.count(1, "request") == "1 request")
    }

    @Test func `spans that touch are one, and overlap is summed`() {
        let set = SpanSet([40..<50, 10..<20, 15..<30, 30..<35, 7..<7])
        #expect(set.spans == [10..<35, 40..<50])
        #expect(set.overlap(from: 0, to: 100) == 35)
        #expect(set.overlap(from: 34, to: 41) == 2)
        #expect(set.overlap(from: 35, to: 40) == 0)
        #expect(set.overlap(from: 60, to: 90) == 0)
        #expect(set.complement.complement == set)
        #expect(SpanSet([]).complement == .always)
        #expect(SpanSet.always.complement.isEmpty)
    }
}
