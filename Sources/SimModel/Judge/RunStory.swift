internal import CommyBase

/// Puts instants of a run into words: since the traffic began, and since the faults did.
struct RunStory: Sendable, Equatable {
    let start: Int64
    let faults: [FaultRecord]

    /// `t+4.213s`.
    func time(_ instant: Int64) -> String {
        FigureText.time(
            MeshInstant(nanoseconds: instant), since: MeshInstant(nanoseconds: start))
    }

    /// `t+4.213s (crash + 213ms)`: also since the fault that matters, which is the given one or
    /// else the latest that had begun.
    func time(_ instant: Int64, near preferred: String?) -> String {
        let begun = faults.filter { fault in fault.began.map { $0 <= instant } ?? false }
        let latest = begun.max { ($0.began ?? 0) < ($1.began ?? 0) }
        guard let fault = begun.first(where: { $0.spec.name == preferred }) ?? latest,
            let began = fault.began
        else { return time(instant) }
        let since = FigureText.span(nanoseconds: instant - began)
        return "\(time(instant)) (\(fault.spec.name) + \(since))"
    }

    /// `between t+4.000s and t+8.000s`, for the window of an expectation.
    func words(_ window: Window) -> String {
        let spans = window.spans.spans.map { span in
            switch (span.lowerBound == .min, span.upperBound == .max) {
            case (true, true): "in the whole run"
            case (true, false): "before \(time(span.upperBound))"
            case (false, true): "after \(time(span.lowerBound))"
            case (false, false):
                "between \(time(span.lowerBound)) and \(time(span.upperBound))"
            }
        }
        return spans.isEmpty ? "in its window, which is empty" : spans.joined(separator: " or ")
    }
}
