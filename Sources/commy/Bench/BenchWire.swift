internal import ArgumentParser
internal import SimLab

/// `commy bench wire`.
struct BenchWire: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wire",
        abstract: "Instructions, allocations and time of frames and payload formats.",
        discussion: """
            Instructions and allocations are exact; they are counted by valgrind, which runs this \
            program again for each figure. Without valgrind only the times are shown.
            """)

    @OptionGroup var options: BenchOptions

    @Option(help: "Do one operation and print nothing else; for the counting.")
    var only: String?

    @Option(help: "How often, with --only.")
    var count = 1

    func run() throws {
        let terminal = Terminal()
        if let only {
            guard let operation = WireOperation.named(only) else {
                let known = WireOperation.all.map(\.name).joined(separator: ", ")
                throw ValidationError("no operation is called \(only); there are: \(known)")
            }
            terminal.printLine("\(try operation.run(count))")
            return
        }
        let figures = try WireBenchmark { terminal.printStatus("measuring: \($0)") }.run()
        terminal.printStatus("")
        try FigureTable(figures).print(on: terminal, json: options.json)
    }
}
