internal import CommyBase

/// Half-open spans of the run's clock in nanoseconds: sorted, and none touches another.
struct SpanSet: Sendable, Equatable {
    private(set) var spans: [Range<Int64>]

    /// The union of any spans; empty ones count for nothing.
    init(_ unsorted: [Range<Int64>]) {
        spans = []
        for span in unsorted.sorted(by: { $0.lowerBound < $1.lowerBound }) where !span.isEmpty {
            if let last = spans.last, span.lowerBound <= last.upperBound {
                spans[spans.count - 1] =
                    last.lowerBound..<max(last.upperBound, span.upperBound)
            } else {
                spans.append(span)
            }
        }
    }

    static let always = SpanSet([Int64.min..<Int64.max])

    var isEmpty: Bool { spans.isEmpty }

    /// Everything that is not in it.
    var complement: SpanSet {
        var gaps: [Range<Int64>] = []
        var begin = Int64.min
        for span in spans {
            if begin < span.lowerBound { gaps.append(begin..<span.lowerBound) }
            begin = span.upperBound
        }
        if begin < Int64.max { gaps.append(begin..<Int64.max) }
        return SpanSet(gaps)
    }

    func contains(_ instant: Int64) -> Bool {
        let index = firstIndex(endingAfter: instant)
        return index < spans.count && spans[index].lowerBound <= instant
    }

    /// What is left of it outside a span.
    func without(_ hole: Range<Int64>) -> SpanSet {
        guard !hole.isEmpty else { return self }
        return SpanSet(
            spans.flatMap { span in
                [
                    span.lowerBound..<max(span.lowerBound, min(span.upperBound, hole.lowerBound)),
                    min(span.upperBound, max(span.lowerBound, hole.upperBound))..<span.upperBound,
                ]
            })
    }

    /// What of it lies in a span.
    func clamped(to limits: Range<Int64>) -> SpanSet {
        SpanSet(spans.map { $0.clamped(to: limits) })
    }

    /// All of it in nanoseconds. It must have an end and a begin.
    var length: Int64 { spans.reduce(0) { $0 + ($1.upperBound - $1.lowerBound) } }

    /// How much of `begin...end` lies in the spans, in nanoseconds.
    func overlap(from begin: Int64, to end: Int64) -> Int64 {
        var sum: Int64 = 0
        for span in spans[firstIndex(endingAfter: begin)...] {
            guard span.lowerBound < end else { break }
            sum += min(end, span.upperBound) - max(begin, span.lowerBound)
        }
        return sum
    }

    /// The first span that ends after an instant, by bisection.
    private func firstIndex(endingAfter instant: Int64) -> Int {
        spans.partitionPoint { $0.upperBound <= instant }
    }
}
