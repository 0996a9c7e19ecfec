/// A span of the run, cut into equal buckets of a round length: what charts are drawn on.
///
/// However long the run and however many its requests, a chart has at most `bucketLimit` buckets.
struct TimeGrid: Sendable, Equatable {
    static let bucketLimit = 300

    let begin: Int64
    /// Nanoseconds of a bucket: 1, 2 or 5 times a power of ten.
    let step: Int64
    let count: Int

    /// Covers `begin..<end` with buckets that are no shorter than `leastStep`.
    init(begin: Int64, end: Int64, leastStep: Int64 = 1) {
        let span = max(1, end - begin)
        var step: Int64 = 1_000_000
        var factors: [Int64] = [2, 5, 10]
        var base = step
        while step < leastStep || (span + step - 1) / step > Int64(Self.bucketLimit) {
            step = base * factors.removeFirst()
            if factors.isEmpty {
                base = step
                factors = [2, 5, 10]
            }
        }
        self.begin = begin
        self.step = step
        count = Int((span + step - 1) / step)
    }

    var end: Int64 { begin + step * Int64(count) }

    /// The bucket of an instant; those outside fall into the first or the last one.
    func bucket(of instant: Int64) -> Int {
        min(count - 1, max(0, Int((instant - begin) / step)))
    }

    /// Where an instant lies, in percent of the width, from 0 to 100.
    func percent(_ instant: Int64) -> Double {
        let share = Double(instant - begin) / Double(end - begin)
        return min(100, max(0, share * 100))
    }

    /// Up to about `limit` instants at round distances, for the axis.
    func ticks(limit: Int = 8) -> [Int64] {
        var distance: Int64 = 1_000_000
        let factors: [Int64] = [2, 5, 10]
        var base = distance
        var place = 0
        while (end - begin) / distance > Int64(limit) {
            distance = base * factors[place]
            place += 1
            if place == factors.count {
                base = distance
                place = 0
            }
        }
        var first = begin / distance * distance
        if first < begin { first += distance }
        return Array(stride(from: first, through: end, by: Int(distance)))
    }

    /// `-2s`, `0`, `1.5s`: an instant on the axis.
    static func label(_ instant: Int64) -> String {
        guard instant != 0 else { return "0" }
        let milliseconds = instant / 1_000_000
        let sign = milliseconds < 0 ? "-" : ""
        let (seconds, rest) = milliseconds.magnitude.quotientAndRemainder(dividingBy: 1_000)
        if seconds == 0 { return "\(sign)\(rest)ms" }
        if rest == 0 { return "\(sign)\(seconds)s" }
        var digits = String(1_000 + rest).dropFirst()
        while digits.last == "0" { digits.removeLast() }
        return "\(sign)\(seconds).\(digits)s"
    }
}
