/// The lines at the bottom of a terminal that show what is running.
struct LiveBlock {
    private let terminal: Terminal
    private let isOn: Bool
    private var height = 0

    init(terminal: Terminal, isOn: Bool) {
        self.terminal = terminal
        self.isOn = isOn && terminal.isInteractive
    }

    mutating func draw(_ lines: [String], _ results: [JobResult]) {
        guard isOn, !lines.isEmpty else { return clear() }
        let total = results.count == 1 ? [] : ["  \(SuiteSummary.counts(results, ofAll: true))"]
        terminal.printBlock(lines + total, before: height)
        height = lines.count + total.count
    }

    mutating func clear() {
        guard isOn else { return }
        terminal.printBlock([], before: height)
        height = 0
    }
}
