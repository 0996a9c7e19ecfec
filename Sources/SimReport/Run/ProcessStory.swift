internal import SimModel

/// What one process of one host went through. Times are nanoseconds since the traffic's start.
public struct ProcessStory: Sendable {
    enum State: String, Sendable { case starting, ready, paused, down }

    /// A state and the time that it lasted.
    struct Span: Sendable, Equatable {
        var begin: Int64
        var end: Int64
        var state: State
    }

    /// What it used at one instant.
    struct Sample: Sendable {
        var at: Int64
        var residentBytes: Int64
        var cpuNanoseconds: Int64
        var openFiles: Int
        var threads: Int
    }

    public let host: String
    public let process: String
    var command: [String] = []
    var starts = 0
    private(set) var samples: [Sample] = []
    private(set) var exits: [(at: Int64, exit: ProcessExited)] = []
    private var marks: [(at: Int64, state: State)] = []
    private var wasEverReady = false
    private var pauses: [Range<Int64>] = []

    init(host: String, process: String) {
        self.host = host
        self.process = process
    }

    /// As faults name it: `nginx@web-1`.
    public var label: String { "\(process)@\(host)" }

    mutating func started(_ start: ProcessStarted, at: Int64) {
        starts += 1
        command = start.command
        marks.append((at, .starting))
    }

    mutating func ready(at: Int64) {
        wasEverReady = true
        marks.append((at, .ready))
    }

    mutating func exited(_ exit: ProcessExited, at: Int64) {
        exits.append((at, exit))
        marks.append((at, .down))
    }

    mutating func sampled(_ sample: ProcessSampled, at: Int64) {
        samples.append(
            Sample(
                at: at, residentBytes: sample.residentBytes,
                cpuNanoseconds: sample.cpuNanoseconds, openFiles: sample.openFiles,
                threads: sample.threads))
    }

    mutating func paused(_ span: Range<Int64>) { pauses.append(span) }

    /// Its states from its first start to `end`, without a gap. One without a readiness probe is
    /// ready from its start.
    func spans(until end: Int64) -> [Span] {
        var spans: [Span] = []
        for (index, mark) in marks.enumerated() {
            let next = min(end, index + 1 < marks.count ? marks[index + 1].at : end)
            guard mark.at < next else { continue }
            let state = mark.state == .starting && !wasEverReady ? .ready : mark.state
            spans.append(Span(begin: mark.at, end: next, state: state))
        }
        return pauses.reduce(spans) { Self.overlay($1, on: $0) }
    }

    /// True when more happened to it than that it started, ran and was stopped at the end.
    func isEventful(until end: Int64) -> Bool {
        starts > 1 || !pauses.isEmpty || exits.contains { !$0.exit.expected || $0.at < end }
    }

    /// Processor time per time between a sample and the one before, 1 is a whole processor.
    var cpuShares: [(at: Int64, share: Double)] {
        zip(samples, samples.dropFirst()).compactMap { before, sample in
            let used = sample.cpuNanoseconds - before.cpuNanoseconds
            // Less than before is another incarnation.
            guard used >= 0, sample.at > before.at else { return nil }
            return (sample.at, Double(used) / Double(sample.at - before.at))
        }
    }

    private static func overlay(_ pause: Range<Int64>, on spans: [Span]) -> [Span] {
        spans.flatMap { span -> [Span] in
            let hit =
                max(
                    span.begin, pause.lowerBound)..<max(
                    max(span.begin, pause.lowerBound), min(span.end, pause.upperBound))
            guard span.state == .ready, !hit.isEmpty else { return [span] }
            return [
                Span(begin: span.begin, end: hit.lowerBound, state: span.state),
                Span(begin: hit.lowerBound, end: hit.upperBound, state: .paused),
                Span(begin: hit.upperBound, end: span.end, state: span.state),
            ].filter { $0.begin < $0.end }
        }
    }
}
