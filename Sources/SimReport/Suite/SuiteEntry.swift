public import SimModel

/// What a report over many runs keeps of one scenario: the judgements and a few figures as text.
///
/// A log of a long run has millions of entries; an entry made from it has some kilobytes, whatever
/// the run has seen, so that a suite of any size fits.
public struct SuiteEntry: Sendable {
    /// What became of a scenario.
    public enum Outcome: Sendable, Equatable {
        case judged(Verdict)
        /// It was not tried, on purpose: a package or a right is missing here.
        case skipped
    }

    public let outcome: Outcome
    /// The scenario's name, and what its variables were set to.
    public let title: String
    /// Path of its file, as it was given.
    public let file: String
    /// Where in the file the trouble is, for what could not be run; 0 for the whole file.
    public let line: Int
    /// Variables of the file and their values in this run.
    public let settings: [String]
    public let reason: String?
    public let judged: [Judged]
    /// From the begin to the end of the run.
    public let wallNanoseconds: Int64
    /// nil for what has never begun.
    public let run: Run?
    /// Mistakes in its files; with some it was not started.
    public private(set) var mistakes: [Mistake] = []

    /// One mistake in a scenario file, or in a file that it includes.
    public struct Mistake: Sendable, Equatable {
        public let file: String
        /// Counted from 1.
        public let line: Int
        /// Counted from 1.
        public let column: Int
        /// What was found and what would be right, without the place.
        public let text: String

        public init(file: String, line: Int, column: Int, text: String) {
            self.file = file
            self.line = line
            self.column = column
            self.text = text
        }

        var placed: String { "\(file):\(line):\(column): \(text)" }
    }

    /// What only a run that began has.
    public struct Run: Sendable, Equatable {
        public let seed: UInt64
        public let world: String
        public let version: String
        /// The command that runs it again.
        public let replayCommand: String
        /// Tables of the traffic and of the faults, for a Markdown summary.
        let figures: [String]
    }

    /// A run that came to an end, whatever its verdict.
    public init(_ report: RunReport) {
        outcome = .judged(report.verdict)
        title = report.title
        file = report.started.file
        line = 0
        settings = report.started.settings
        reason = report.reason
        judged = report.judged
        wallNanoseconds = report.real ?? report.wall
        run = Run(
            seed: report.started.seed, world: report.started.world,
            version: report.started.version, replayCommand: report.replayCommand,
            figures: MarkdownReport.figures(report))
    }

    /// A scenario that was left out here, and why: `needs the Debian package etcd-server`.
    public static func skipped(scenario: String, file: String, reason: String) -> Self {
        Self(.skipped, scenario, file, line: 0, reason)
    }

    /// A scenario that could not be run at all: no valid file, or nothing to run it with.
    public static func notRun(
        scenario: String, file: String, line: Int = 0, reason: String
    ) -> Self {
        Self(.judged(.error), scenario, file, line: line, reason)
    }

    /// A file that is no scenario, for these reasons.
    public static func invalid(file: String, _ mistakes: [Mistake]) -> Self {
        let reason = mistakes.map(\.placed).joined(separator: "\n")
        var entry = Self(
            .judged(.error), file, file, line: mistakes.first?.line ?? 0,
            mistakes.isEmpty ? "it is no valid scenario" : reason)
        entry.mistakes = mistakes
        return entry
    }

    /// Why, in one line.
    var shortReason: String? {
        guard let first = mistakes.first else { return reason }
        let others = mistakes.count - 1
        return first.placed + (others > 0 ? " (and \(others) more)" : "")
    }

    private init(
        _ outcome: Outcome, _ scenario: String, _ file: String, line: Int, _ reason: String
    ) {
        self.outcome = outcome
        title = scenario
        self.file = file
        self.line = line
        self.reason = reason
        settings = []
        judged = []
        wallNanoseconds = 0
        run = nil
    }

    /// What decides comes first: failed, error, inconclusive, passed.
    var judgedByWeight: [Judged] { RunReport.byWeight(judged) }
}
