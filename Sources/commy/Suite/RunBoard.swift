internal import CommyLinux
internal import Foundation
internal import SimLab
internal import SimModel

/// Where workers take their jobs, show what they do and leave what came of it.
final class RunBoard: @unchecked Sendable {
    // Checked by hand: `state` is touched only with the lock held.
    private let lock = NSLock()
    private var state = State()
    private struct State {
        var next = 0
        var isStopped = false
        /// By job; one for each that is running.
        var running: [(job: Int, progress: RunProgress, stopper: RunStopper)] = []
        var finished: [(job: Int, result: JobResult)] = []
    }

    private let jobs: [SuiteJob]
    private let wakeUp: WakeUp

    init(_ jobs: [SuiteJob]) throws {
        self.jobs = jobs
        wakeUp = try WakeUp()
    }

    /// Becomes readable when a job has ended.
    var descriptor: Int32 { wakeUp.descriptor.raw }

    /// The next job, which `stopper` can end from now on; nil when none is left.
    func take(_ stopper: RunStopper) -> Int? {
        withState { state in
            guard !state.isStopped, state.next < jobs.count else { return nil }
            let job = state.next
            state.next += 1
            let progress = RunProgress(
                title: jobs[job].title, duration: jobs[job].selected.scenario.duration)
            state.running.append((job, progress, stopper))
            return job
        }
    }

    func observe(_ job: Int, _ event: RunEvent) {
        withState { state in
            guard let place = state.running.firstIndex(where: { $0.job == job }) else { return }
            state.running[place].progress.observe(event)
        }
    }

    func finish(_ job: Int, _ result: JobResult) {
        withState { state in
            state.running.removeAll { $0.job == job }
            state.finished.append((job, result))
        }
        wakeUp.signal()
    }

    /// Ends every running scenario in order and lets no other begin.
    func stop() {
        let running = withState { state in
            state.isStopped = true
            return state.running.map(\.stopper)
        }
        for stopper in running { stopper.stop("interrupted") }
    }

    /// What has ended since the last call.
    func takeFinished() -> [(job: Int, result: JobResult)] {
        wakeUp.acknowledge()
        return withState { state in
            defer { state.finished = [] }
            return state.finished
        }
    }

    /// One line for each running scenario, in the order of their begin.
    var lines: [String] { withState { $0.running.map(\.progress.line) } }

    /// Nothing runs, and nothing will begin.
    var isOver: Bool {
        withState { state in
            state.running.isEmpty && state.finished.isEmpty
                && (state.isStopped || state.next == jobs.count)
        }
    }

    private func withState<Result>(_ body: (inout State) -> Result) -> Result {
        lock.withLock { body(&state) }
    }
}
