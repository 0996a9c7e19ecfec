internal import ArgumentParser
internal import Foundation
internal import MeshBench
internal import SimLab

/// `commy bench NAME`.
struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure, and compare in the same run.",
        discussion: """
            Figures of one run are comparable with each other; machines differ and drift, so \
            compare ratios. 'commy bench' alone lists what there is.
            """,
        subcommands: [
            BenchList.self, BenchFabric.self, BenchHosts.self, BenchLockstep.self, BenchMesh.self,
            BenchReactor.self, BenchWire.self,
        ],
        defaultSubcommand: BenchList.self)
}

/// `commy bench`: the list.
struct BenchList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List what can be measured.")

    func run() {
        for command in Bench.configuration.subcommands where command != BenchList.self {
            let name = command.configuration.commandName ?? ""
            Terminal().printLine(
                name.padding(toLength: 10, withPad: " ", startingAt: 0)
                    + command.configuration.abstract)
        }
    }
}

/// What all benchmarks share.
struct BenchOptions: ParsableArguments {
    @Flag(help: "Print one JSON object per figure.")
    var json = false
}

/// `commy bench fabric`.
struct BenchFabric: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fabric",
        abstract: "Delay error, packets/s and Gbit/s of the fabric against a plain veth pair.")

    @OptionGroup var options: BenchOptions

    @Option(help: "Seconds for each throughput measurement.")
    var seconds = 3

    func run() throws {
        let terminal = Terminal()
        let figures = try FabricBenchmark(seconds: seconds) {
            terminal.printStatus("measuring: \($0)")
        }.run()
        terminal.printStatus("")
        try FigureTable(figures).print(on: terminal, json: options.json)
    }
}

/// `commy bench hosts`.
struct BenchHosts: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hosts", abstract: "How long hosts take to come up and to go away.")

    @OptionGroup var options: BenchOptions

    @Option(parsing: .upToNextOption, help: "How many hosts.")
    var counts = [10, 200]

    func run() throws {
        let terminal = Terminal()
        let figures = try HostBenchmark(counts: counts) {
            terminal.printStatus("measuring: \($0)")
        }.run()
        terminal.printStatus("")
        try FigureTable(figures).print(on: terminal, json: options.json)
    }
}

/// `commy bench mesh`.
struct BenchMesh: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mesh",
        abstract: "Round trips, messages/s and memory of the mesh against bare TLS and NATS.",
        discussion: """
            From program to program over two nodes and a TLS link on loopback. nats-server is \
            compared with when it is installed (apt-get install nats-server); it runs without TLS.
            """)

    @OptionGroup var options: BenchOptions

    @Option(help: "Seconds for each measurement.")
    var seconds = 3

    func run() throws {
        let terminal = Terminal()
        let figures = try MeshBenchmark(seconds: seconds) {
            terminal.printStatus("measuring: \($0)")
        }.run()
        terminal.printStatus("")
        try FigureTable(figures).print(on: terminal, json: options.json)
    }
}
