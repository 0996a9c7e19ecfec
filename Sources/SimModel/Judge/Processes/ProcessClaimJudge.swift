internal import CommyBase

/// Judges one expectation on a process, on each host that it speaks of: the worst one decides.
struct ProcessClaimJudge {
    /// Never empty: the reader has resolved the process and its hosts.
    let records: [ProcessRecord]
    let window: Window
    let story: RunStory
    /// When the traffic was over.
    let trafficEnd: Int64

    func outcome(of claim: ExpectationSpec.Claim) -> ClaimOutcome {
        guard !window.spans.isEmpty else {
            return .vacuous("its window is empty: there is nothing to look at")
        }
        switch claim {
        case .resource(let resource, let comparison, let bound):
            return use(of: resource, comparison, bound)
        case .exit(let wanted): return exit(wanted)
        case .restarts(let comparison, let bound): return restarts(comparison, bound)
        case .success, .latency, .throughput, .goodput, .recovers, .share, .transport, .converges,
            .members, .datagrams, .eventually, .always, .never, .sometimes:
            preconditionFailure("not a claim on a process")
        }
    }

    private func use(
        of resource: ExpectationSpec.Resource, _ comparison: ExpectationSpec.Comparison,
        _ bound: Double
    ) -> ClaimOutcome {
        var worst: (record: ProcessRecord, value: Double)?
        for record in records {
            guard let value = record.use(of: resource, in: window.spans) else {
                return .vacuous("\(record.label) was not measured \(story.words(window))")
            }
            let isWorse = worst.map {
                comparison.isUpperBound ? value > $0.value : value < $0.value
            }
            if isWorse ?? true { worst = (record, value) }
        }
        guard let worst else { return .vacuous("there is no such process") }
        let holds = records.allSatisfy { record in
            record.use(of: resource, in: window.spans).map { comparison.holds($0, bound) } ?? false
        }
        let figure = resource.figure(worst.value)
        let name = records.count > 1 ? " (\(worst.record.label))" : ""
        return ClaimOutcome(holds, observed: figure + name)
    }

    private func exit(_ wanted: ExpectationSpec.ExitState) -> ClaimOutcome {
        for record in records where record.starts.isEmpty {
            return .vacuous("\(record.label) was never started")
        }
        let states = records.map { ($0, ExpectationSpec.ExitState($0.ending(by: trafficEnd))) }
        let odd = states.first { $0.1 != wanted }
        return ClaimOutcome(
            odd == nil,
            observed: odd.map { "\($0.0.label) \($0.1.words)" } ?? wanted.words)
    }

    private func restarts(
        _ comparison: ExpectationSpec.Comparison, _ bound: Int
    ) -> ClaimOutcome {
        for record in records where record.starts.isEmpty {
            return .vacuous("\(record.label) was never started")
        }
        let counts = records.map { record in
            (record, record.starts.dropFirst().count { window.spans.contains($0) })
        }
        let odd = counts.first { !comparison.holds(Int64($0.1), Int64(bound)) }
        let shown = odd ?? counts.max { $0.1 < $1.1 }
        guard let shown else { return .vacuous("there is no such process") }
        return ClaimOutcome(odd == nil, observed: "\(shown.0.label): \(shown.1)")
    }

    func evidence(_ claim: ExpectationSpec.Claim) -> [String] {
        switch claim {
        case .resource(let resource, _, _):
            return records.prefix(JudgeLimits.namedBackends).compactMap { record in
                record.use(of: resource, in: window.spans).map {
                    "\(record.label) \(resource.figure($0))"
                }
            }
        case .exit, .restarts:
            return records.flatMap { record in
                record.exits.prefix(JudgeLimits.namedRequests).map { exit in
                    let state = ExpectationSpec.ExitState(exit)
                    return "\(record.label) \(state.words) at \(story.time(exit.at, near: nil))"
                        + (exit.expected ? ", as asked" : "")
                }
            }
        case .success, .latency, .throughput, .goodput, .recovers, .share, .transport, .converges,
            .members, .datagrams, .eventually, .always, .never, .sometimes:
            return []
        }
    }
}

extension ExpectationSpec.ExitState {
    init(_ exit: ProcessRecord.Exit?) {
        switch (exit?.signal, exit?.code) {
        case (let signal?, _): self = .signal(signal)
        case (nil, let code?): self = .code(code)
        case (nil, nil): self = .running
        }
    }

    var words: String {
        switch self {
        case .running: "is running"
        case .code(let code): "ended with code \(code)"
        case .signal(let signal): "was killed by signal \(signal)"
        }
    }
}

extension ExpectationSpec.Resource {
    /// A value of it with its unit.
    func figure(_ value: Double) -> String {
        switch self {
        case .memory: FigureText.size(Int64(value))
        case .cpu: FigureText.percent(value) + " of a processor"
        case .openFiles: FigureText.count(Int(value), "open file")
        case .threads: FigureText.count(Int(value), "thread")
        }
    }
}
