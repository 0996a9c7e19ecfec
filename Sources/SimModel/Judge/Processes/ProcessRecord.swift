/// What became of one process on one host in a run.
struct ProcessRecord: Sendable, Equatable {
    struct Exit: Sendable, Equatable {
        var at: Int64
        var code: Int32?
        var signal: Int32?
        /// True when a fault or the end of the run had asked for it.
        var expected: Bool
    }
    struct Sample: Sendable, Equatable {
        var at: Int64
        var residentBytes: Int64
        var cpuNanoseconds: Int64
        var openFiles: Int
        var threads: Int
    }

    let process: String
    let host: String
    private(set) var starts: [Int64] = []
    private(set) var exits: [Exit] = []
    private(set) var readies: [Int64] = []
    /// In the order of time; about 40 bytes each.
    private(set) var samples: [Sample] = []

    init(process: String, host: String) {
        self.process = process
        self.host = host
    }

    var label: String { "\(process)@\(host)" }

    mutating func started(at instant: Int64) { starts.append(instant) }

    mutating func becameReady(at instant: Int64) { readies.append(instant) }

    mutating func exited(_ exit: ProcessExited, at instant: Int64) {
        exits.append(
            Exit(at: instant, code: exit.exitCode, signal: exit.signal, expected: exit.expected))
    }

    mutating func sampled(_ sample: ProcessSampled, at instant: Int64) {
        samples.append(
            Sample(
                at: instant, residentBytes: sample.residentBytes,
                cpuNanoseconds: sample.cpuNanoseconds, openFiles: sample.openFiles,
                threads: sample.threads))
    }

    /// How it had ended by itself when the traffic was over; nil while it ran on. The end that the
    /// run asks of every process afterwards does not count.
    func ending(by end: Int64) -> Exit? {
        guard let last = exits.last(where: { !$0.expected || $0.at <= end }) else { return nil }
        let startedAgain = starts.contains { $0 > last.at }
        return startedAgain ? nil : last
    }

    /// Its peak of a resource, or its average share of a processor; nil without a sample.
    func use(of resource: ExpectationSpec.Resource, in spans: SpanSet) -> Double? {
        let seen = samples.filter { spans.contains($0.at) }
        switch resource {
        case .memory: return seen.map { Double($0.residentBytes) }.max()
        case .openFiles: return seen.map { Double($0.openFiles) }.max()
        case .threads: return seen.map { Double($0.threads) }.max()
        case .cpu: return processorShare(seen)
        }
    }

    /// A new incarnation begins at nothing again, and what it shows first it has used.
    private func processorShare(_ seen: [Sample]) -> Double? {
        guard let first = seen.first, let last = seen.last, last.at > first.at else { return nil }
        var used: Int64 = 0
        for (earlier, later) in zip(seen, seen.dropFirst()) {
            let grown = later.cpuNanoseconds - earlier.cpuNanoseconds
            used += grown >= 0 ? grown : later.cpuNanoseconds
        }
        return Double(used) / Double(last.at - first.at)
    }
}
