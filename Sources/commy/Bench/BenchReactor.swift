internal import ArgumentParser
internal import SimLab

/// `commy bench reactor`.
struct BenchReactor: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reactor",
        abstract: "TLS through memory against TLS on the socket; timers and wake-ups.")

    @OptionGroup var options: BenchOptions

    @Option(help: "How often each is measured; the median counts.")
    var rounds = 5

    func run() throws {
        guard rounds > 0 else { throw ValidationError("--rounds: 1 or more") }
        let terminal = Terminal()
        let figures = try ReactorBenchmark(rounds: rounds) {
            terminal.printStatus("measuring: \($0)")
        }.run()
        terminal.printStatus("")
        try FigureTable(figures).print(on: terminal, json: options.json)
    }
}
