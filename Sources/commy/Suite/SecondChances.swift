internal import SimLab
internal import SimModel

/// Runs a suite, and what was inconclusive in it again: one at a time, when nothing else runs.
///
/// A machine that was too busy to tell may be quieter then. A pass, a failure or an error stays
/// what it is: nothing is run again until it passes.
struct SecondChances {
    let suite: Suite
    /// How often at most.
    let limit: Int

    /// The last result of each job.
    func run() throws -> [JobResult] {
        var results = try suite.run()
        var turn = 0
        while turn < limit {
            turn += 1
            let open = results.indices.filter { results[$0].word == Verdict.inconclusive.rawValue }
            let wasStopped = results.contains { if case .notRun = $0 { true } else { false } }
            guard !open.isEmpty, !wasStopped else { break }
            suite.output.printNote(
                "inconclusive: \(open.count) of \(results.count); once more, one at a time "
                    + "(\(turn) of at most \(limit))")
            let jobs = open.map { number in
                var job = suite.jobs[number]
                job.options.reportSuffix += "-again-\(turn)"
                return job
            }
            let later = try Suite(jobs: jobs, workerCount: 1, output: suite.output).run()
            for (number, result) in zip(open, later) {
                // Ctrl-C leaves what is known.
                if case .notRun = result { continue }
                results[number] = result
            }
            if later.contains(where: { if case .notRun = $0 { true } else { false } }) { break }
        }
        return results
    }
}
