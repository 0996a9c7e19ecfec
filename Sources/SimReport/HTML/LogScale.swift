internal import Foundation
internal import SimModel

/// A logarithmic scale for latencies, from one round value to another.
struct LogScale {
    private let low: Double
    private let high: Double
    let levels: [TimeChart.Level]

    /// Covers these values, in nanoseconds; nil without any.
    init?(_ values: some Sequence<Int64>) {
        var least = Int64.max
        var most: Int64 = 0
        for value in values {
            least = min(least, max(1, value))
            most = max(most, value)
        }
        guard least != .max else { return nil }
        let marks = Self.marks.filter { $0 <= max(most, 2) * 5 }
        let bottom = marks.last { $0 <= least } ?? 1
        let top = marks.first { $0 >= most && $0 > bottom } ?? most
        low = Self.logarithm(bottom)
        high = Self.logarithm(top)
        // Two and five are lines of their own only where there is room for them.
        let isNarrow = top / bottom <= 100
        let shown = marks.filter { mark in
            bottom <= mark && mark <= top && (isNarrow || Self.isPowerOfTen(mark))
        }
        levels = shown.map { [low, high] mark in
            TimeChart.Level(
                place: (Self.logarithm(mark) - low) / (high - low),
                label: FigureText.span(nanoseconds: mark))
        }
    }

    /// 1, 2 and 5 times each power of ten, up to a quarter of an hour.
    private static let marks: [Int64] = (0..<12).flatMap { power -> [Int64] in
        let base = (0..<power).reduce(Int64(1)) { value, _ in value * 10 }
        return [base, base * 2, base * 5]
    }

    private static func isPowerOfTen(_ value: Int64) -> Bool {
        var rest = value
        while rest % 10 == 0 { rest /= 10 }
        return rest == 1
    }

    func place(_ value: Int64) -> Double { (Self.logarithm(max(1, value)) - low) / (high - low) }

    private static func logarithm(_ value: Int64) -> Double { log10(Double(value)) }
}
