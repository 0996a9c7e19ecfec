internal import SimModel

/// What all runs of a call came to.
struct SuiteSummary {
    let jobs: [SuiteJob]
    let results: [JobResult]
    /// `--no-skip`: what was skipped is an error.
    let skipIsError: Bool

    private static let words = ["error", "fail", "inconclusive", "pass", "skipped", "not run"]

    /// `3 of 5 done: 2 pass, 1 fail`, or without the total.
    static func counts(_ results: [JobResult], ofAll: Bool) -> String {
        let shown = ofAll ? words.filter { $0 != "not run" } : words
        let parts = shown.compactMap { word in
            let count = results.count { $0.word == word }
            return count == 0 ? nil : "\(count) \(word)"
        }
        guard ofAll else { return parts.joined(separator: ", ") }
        let done = results.count { $0.word != "not run" }
        return "\(done) of \(results.count) done"
            + (parts.isEmpty ? "" : ": " + parts.joined(separator: ", "))
    }

    /// Error, then fail, then inconclusive, then pass; what was skipped is no verdict, unless
    /// nothing else was there or --no-skip was given.
    var exitCode: Int32 {
        var worst = Verdict.pass
        for result in results {
            switch result {
            case .ran(let run): worst = worst.worse(run.verdict)
            case .skipped: if skipIsError { worst = .error }
            case .failed, .notRun: worst = .error
            }
        }
        let isAllSkipped = !results.isEmpty && results.allSatisfy { $0.word == "skipped" }
        return (isAllSkipped ? .error : worst).exitCode
    }

    /// What did not pass first, each with its report; then the counts; then what was skipped.
    func lines(seconds: Double) -> [String] {
        var lines: [String] = []
        for word in Self.words where word != "pass" {
            for (job, result) in zip(jobs, results) where result.word == word {
                lines.append("\(word): \(job.title)  \(Self.place(result))")
            }
        }
        lines += repeated
        let count = results.count
        let time = "\(Int(seconds.rounded()))s"
        lines.append(
            "\(count) \(count == 1 ? "run" : "runs"): "
                + "\(Self.counts(results, ofAll: false)) in \(time)")
        var missing: [String] = []
        for case .skipped(let programs) in results { missing += programs.map(\.package) }
        let packages = Set(missing).sorted()
        if !packages.isEmpty {
            let skipped = results.count { $0.word == "skipped" }
            lines.append(
                "SKIPPED \(skipped) of \(count): nothing is known about them; "
                    + "apt-get install \(packages.joined(separator: " "))")
        }
        return lines
    }

    /// `name: 18 pass, 2 inconclusive`, for each scenario that was run more than once.
    private var repeated: [String] {
        let titles = jobs.map { "\($0.selected.file): \($0.selected.title)" }
        let firsts = jobs.indices.filter { jobs[$0].turn == 1 }
        guard firsts.count < jobs.count else { return [] }
        return firsts.map { first in
            let own = jobs.indices.filter { titles[$0] == titles[first] }.map { results[$0] }
            return "\(jobs[first].selected.title): \(Self.counts(own, ofAll: false))"
        }
    }

    private static func place(_ result: JobResult) -> String {
        if case .ran(let run) = result { return ScenarioFiles.shortened(run.directory) }
        return result.reason ?? ""
    }
}

extension Verdict {
    /// The one that decides the exit code: error, then fail, then inconclusive.
    func worse(_ other: Verdict) -> Verdict {
        let order: [Verdict] = [.pass, .inconclusive, .fail, .error]
        let place = { (verdict: Verdict) in order.firstIndex(of: verdict) ?? 0 }
        return place(self) >= place(other) ? self : other
    }
}
