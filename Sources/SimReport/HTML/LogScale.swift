internal import Foundation
internal import SimModel

/// A logarithmic scale for latencies, from a power of ten to a power of ten.
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
        var bottom: Int64 = 1
        while bottom <= least / 10 { bottom *= 10 }
        var top = bottom * 10
        while top < most, top < 1_000_000_000_000 { top *= 10 }
        low = Self.logarithm(bottom)
        high = Self.logarithm(top)
        var levels: [TimeChart.Level] = []
        var value = bottom
        while value <= top {
            let place = (Self.logarithm(value) - low) / (high - low)
            levels.append(
                TimeChart.Level(place: place, label: FigureText.span(nanoseconds: value)))
            value *= 10
        }
        self.levels = levels
    }

    func place(_ value: Int64) -> Double { (Self.logarithm(max(1, value)) - low) / (high - low) }

    private static func logarithm(_ value: Int64) -> Double { log10(Double(value)) }
}
