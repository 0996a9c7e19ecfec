internal import CommyBase
internal import SimModel

/// How long a program is waited for, in real time: longer where the machine gives it no processor,
/// because then it is not the program that takes so long.
struct Patience {
    enum Judgement: Equatable {
        case waits
        /// The program has had its time.
        case isOver
        /// It wanted to run all the time and could not.
        case isStarved
    }

    private let pid: Int32
    /// Nanoseconds.
    private let limit: Int64
    private let began: MeshInstant
    /// Nanoseconds that it had run by then; nil where the kernel does not tell.
    private let ranBefore: Int64?
    /// How much longer than others a starved program may take.
    private static let starvedFactor: Int64 = 6

    init(with pid: Int32, limit: Int64, from began: MeshInstant) {
        self.pid = pid
        self.limit = limit
        self.began = began
        ranBefore = Self.timeRun(pid)
    }

    func judge(at now: MeshInstant) -> Judgement {
        let passed = (now - began).nanoseconds
        guard passed >= limit else { return .waits }
        guard ProcessState.letter(of: pid) == "R", let ranBefore, let ran = Self.timeRun(pid),
            ran - ranBefore < limit / 2
        else { return .isOver }
        return passed < limit * Self.starvedFactor ? .waits : .isStarved
    }

    /// What to say of a program that could not run.
    func starvation(of label: String, at now: MeshInstant) -> LabError {
        let seconds = (now - began).nanoseconds / 1_000_000_000
        let ran = ((Self.timeRun(pid) ?? 0) - (ranBefore ?? 0)) / 1_000_000
        return LabError(
            "the machine let \(label) run for \(ran) ms in \(seconds) s of real time",
            cure: "run fewer things beside it, or fewer scenarios at once (-j)")
    }

    /// Nanoseconds on a processor, of the first thread (proc_pid_schedstat in
    /// Documentation/scheduler/sched-stats.rst).
    private static func timeRun(_ pid: Int32) -> Int64? {
        ProcessState.text("schedstat", of: pid).split(separator: " ").first.flatMap { Int64($0) }
    }
}
