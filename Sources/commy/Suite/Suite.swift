internal import CommyLinux
internal import Foundation
internal import SimLab
internal import SimModel

/// Runs jobs on a few threads, and is the one place that hears Ctrl-C.
///
/// The first one ends the running scenarios in order: their reports are written, and what has not
/// begun does not begin. The second ends the tool at once: hosts die with the threads that started
/// them, and the janitors remove what is unfinished.
struct Suite {
    let jobs: [SuiteJob]
    let workerCount: Int
    let output: RunOutput

    /// Live lines are drawn this often; ten times a second looks live and costs nothing.
    private static let interval: Int64 = 100_000_000

    /// The results by job, when all that ran are over.
    func run() throws -> [JobResult] {
        // Before the first thread: all threads shall inherit the blocked signals.
        let signals = try StopSignals()
        let board = try RunBoard(jobs)
        var epoll = try Epoll()
        try epoll.add(signals.descriptor.raw, .readable, token: 0)
        try epoll.add(board.descriptor, .readable, token: 1)
        let jobs = self.jobs
        let threads = try (0..<max(1, min(workerCount, jobs.count))).map { number in
            try WorkerThread(name: "scenario-\(number)") { Self.work(jobs, board) }
        }
        var results = [JobResult](repeating: .notRun, count: jobs.count)
        var block = LiveBlock(terminal: output.terminal, isOn: !output.isJSON)
        var isStopping = false
        while !board.isOver {
            _ = try epoll.wait(nanoseconds: Self.interval)
            if signals.takeStop() {
                block.clear()
                if isStopping { Self.endAtOnce(output) }
                isStopping = true
                output.printError("stopping; once more to end at once and without reports")
                board.stop()
            }
            for (job, result) in board.takeFinished() {
                results[job] = result.lightened
                block.clear()
                try output.print(result, of: jobs[job], count: jobs.count, workers: workerCount)
            }
            block.draw(board.lines, results)
        }
        block.clear()
        for thread in threads { thread.join() }
        for (job, result) in zip(jobs, results) {
            guard case .notRun = result else { continue }
            try output.print(result, of: job, count: jobs.count, workers: workerCount)
        }
        return results
    }

    private static func work(_ jobs: [SuiteJob], _ board: RunBoard) {
        var janitor: Janitor?
        while true {
            let stopper: RunStopper
            do {
                stopper = try RunStopper()
            } catch {
                // Without one a job could not be stopped; what has not begun is then not run.
                return board.stop()
            }
            guard let number = board.take(stopper) else { return }
            do {
                let keeper = try janitor ?? Janitor()
                janitor = keeper
                let job = jobs[number].stoppable(by: stopper)
                let result = job.run(janitor: keeper) { board.observe(number, $0) }
                board.finish(number, result)
            } catch {
                board.finish(number, .failed("\(error)"))
            }
        }
    }

    private static func endAtOnce(_ output: RunOutput) -> Never {
        output.printError("ended at once; running scenarios have no report")
        // Without the exit handlers: threads are still at work.
        _exit(Verdict.error.exitCode)
    }
}

extension SuiteJob {
    func stoppable(by stopper: RunStopper) -> SuiteJob {
        var job = self
        job.options.stopper = stopper
        return job
    }
}
