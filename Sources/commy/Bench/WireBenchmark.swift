internal import Foundation
internal import SimLab

/// Measures every `WireOperation`.
struct WireBenchmark {
    private let progress: (String) -> Void

    init(progress: @escaping (String) -> Void) {
        self.progress = progress
    }

    func run() throws -> [BenchFigure] {
        let counter = CallgrindCounter()
        var costs: [String: (nanoseconds: Double, counted: CallgrindCounter.Counts?)] = [:]
        for operation in WireOperation.all {
            progress(operation.name)
            costs[operation.name] = (
                try Self.nanoseconds(operation), try counter?.counts(operation)
            )
        }
        return WireOperation.all.filter { !$0.name.hasPrefix("Foundation") }.flatMap {
            figures($0, costs)
        }
    }

    private func figures(
        _ operation: WireOperation,
        _ costs: [String: (nanoseconds: Double, counted: CallgrindCounter.Counts?)]
    ) -> [BenchFigure] {
        guard let own = costs[operation.name] else { return [] }
        let peer = operation.peer.flatMap { peer in
            costs["\(peer.name) \(peer.operation)"].map { (peer.name, $0) }
        }
        var figures = [
            BenchFigure(
                operation.name, "ns", own.nanoseconds,
                peer: peer.map { ($0.0, $0.1.nanoseconds) })
        ]
        guard let counted = own.counted else { return figures }
        figures.append(
            BenchFigure(
                operation.name, "instructions", counted.instructions,
                peer: peer.flatMap { peer in
                    peer.1.counted.map { (peer.0, $0.instructions) }
                }))
        let allocations = BenchFigure(
            operation.name, "allocations", counted.allocations,
            peer: peer.flatMap { peer in peer.1.counted.map { (peer.0, $0.allocations) } })
        figures.append(operation.isFree ? allocations.atMost(0) : allocations)
        return figures
    }

    /// The best of ten batches of about 20 ms: what the code can do when nobody disturbs it.
    private static func nanoseconds(_ operation: WireOperation) throws -> Double {
        let clock = ContinuousClock()
        var count = 64
        var sum = 0
        while true {
            let span = try clock.measure { sum &+= try operation.run(count) }
            if span > .milliseconds(20) || count > 1 << 24 { break }
            count *= 2
        }
        var best = Double.infinity
        for _ in 0..<10 {
            let span = try clock.measure { sum &+= try operation.run(count) }
            best = min(best, span / .nanoseconds(1) / Double(count))
        }
        withExtendedLifetime(sum) {}
        return best
    }
}

/// Counts what an operation costs, exactly: this program does it twice under callgrind, so many
/// times and three times as often, and the difference is the work without what surrounds it.
struct CallgrindCounter {
    struct Counts {
        /// For one repetition.
        var instructions: Double
        var allocations: Double
    }
    private let valgrind: String

    /// Nil when valgrind is not on the PATH.
    init?() {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let candidates = path.split(separator: ":").map { "\($0)/valgrind" }
        guard let found = candidates.first(where: FileManager.default.isExecutableFile(atPath:))
        else { return nil }
        valgrind = found
    }

    func counts(_ operation: WireOperation) throws -> Counts {
        let few = 640
        let some = try total(operation, few)
        let more = try total(operation, 3 * few)
        let repetitions = Double(2 * few)
        return Counts(
            instructions: Double(more.instructions - some.instructions) / repetitions,
            allocations: Double(more.allocations - some.allocations) / repetitions)
    }

    private func total(
        _ operation: WireOperation, _ count: Int
    ) throws -> (instructions: Int, allocations: Int) {
        let file = FileManager.default.temporaryDirectory
            .appending(path: "commy-callgrind-\(ProcessInfo.processInfo.processIdentifier)")
        defer { try? FileManager.default.removeItem(at: file) }
        let process = Process()
        process.executableURL = URL(filePath: valgrind)
        process.arguments = [
            "--tool=callgrind", "--callgrind-out-file=\(file.path)",
            try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"), "bench",
            "wire", "--only", operation.name, "--count", "\(count)",
        ]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw ToolError("valgrind ended with \(process.terminationStatus)")
        }
        return try Self.read(String(contentsOf: file, encoding: .utf8))
    }

    /// What a callgrind file says (callgrind manual, "Callgrind Format Specification"): the total,
    /// and how often functions that give memory were called. A name stands with its number the
    /// first time only.
    static func read(_ text: String) throws -> (instructions: Int, allocations: Int) {
        var names: [Substring: Substring] = [:]
        var instructions: Int?
        var allocations = 0
        var called: Substring = ""
        for line in text.split(separator: "\n") {
            if line.hasPrefix("fn=(") || line.hasPrefix("cfn=(") {
                let parts = line.split(separator: "(", maxSplits: 1)[1]
                    .split(separator: ")", maxSplits: 1, omittingEmptySubsequences: false)
                if parts.count > 1, !parts[1].isEmpty { names[parts[0]] = parts[1].dropFirst() }
                if line.hasPrefix("c") { called = names[parts[0]] ?? "" }
            } else if line.hasPrefix("calls="), givers.contains(called) {
                allocations += Int(line.dropFirst(6).prefix { $0 != " " }) ?? 0
            } else if line.hasPrefix("summary: ") || line.hasPrefix("totals: ") {
                instructions = line.split(separator: " ").dropFirst().first.flatMap { Int($0) }
            }
        }
        guard let instructions else { throw ToolError("a callgrind file without a total") }
        return (instructions, allocations)
    }

    private static let givers: Set<Substring> = [
        "malloc", "calloc", "realloc", "aligned_alloc", "posix_memalign",
    ]
}
