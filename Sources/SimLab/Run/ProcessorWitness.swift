internal import Foundation

/// Finds out, look by look, whether the scenario's programs have waited for processors that others
/// used.
///
/// What `OrdinaryWaiters` sees is one long wait; a machine that is shared makes a program wait a
/// little at each of many steps, which no single wait shows and the sum does. The kernel counts for
/// each thread how long it was ready and did not run (schedstat). A wait counts only when somebody
/// else was using the processors meanwhile: a program that fills the machine by itself is judged.
///
/// Somebody else is every other program, and another run of this harness. What keeps processors
/// awake for this run is nobody: it gives them to whoever wants them.
struct ProcessorWitness {
    /// One thread that has waited for more than this share of the time since the last look cannot
    /// keep any promise; on a machine of one's own it is a few hundredths.
    private static let waitingShare = 0.15
    /// Others that use less than this share of all processors are not the cause.
    private static let foreignShare = 0.1

    /// What one look has found of the time since the one before.
    struct Finding: Equatable {
        /// A program has waited for processors, whoever had them.
        var haveWaited = false
        /// The time, when others had them; else nil.
        var disturbed: Int64?
    }

    private struct Times {
        var ran: Int64
        var waited: Int64
    }

    /// Threads of the programs, and those of the harness that work for them.
    private var threads: [String: Times] = [:]
    private var busy: Int64?
    private var lastLook: Int64?

    /// Looks at the trees of processes below `roots`, and at the harness's own threads; the calling
    /// thread is the one that leads the run. `spinner` is the process that keeps processors awake.
    mutating func look(at roots: [Int32], spinner: Int32? = nil, now: Int64) -> Finding {
        var seen: [String: Times] = [:]
        for root in roots where root > 0 { Self.readTree(String(root), into: &seen) }
        let longest = seen.map { $1.waited - (threads[$0]?.waited ?? $1.waited) }.max() ?? 0
        Self.readThreads(of: "self", into: &seen, where: Self.isOwn)
        if let spinner { Self.readThreads(of: String(spinner), into: &seen) }
        let own = seen.reduce(Int64(0)) { $0 + $1.value.ran - (threads[$1.key]?.ran ?? 0) }
        let busyNow = Self.busyNanoseconds()
        defer {
            threads = seen
            busy = busyNow
            lastLook = now
        }
        guard let lastLook, let busy, let busyNow, now > lastLook else { return Finding() }
        let span = Double(now - lastLook)
        guard Double(longest) > Self.waitingShare * span else { return Finding() }
        let capacity = span * Double(ProcessInfo.processInfo.activeProcessorCount)
        let isDisturbed = Double(busyNow - busy - own) > Self.foreignShare * capacity
        return Finding(haveWaited: true, disturbed: isDisturbed ? now - lastLook : nil)
    }

    /// True for a thread of the harness that this run needs: not for one that leads another run.
    private static func isOwn(_ thread: String) -> Bool {
        let name = text("/proc/self/task/\(thread)/comm")
        guard name.hasPrefix(Self.leaderPrefix) else { return true }
        let calling = try? FileManager.default.destinationOfSymbolicLink(
            atPath: "/proc/thread-self")
        return calling?.hasSuffix("/\(thread)") == true
    }

    /// How the threads are named that lead runs, when there are several.
    private static let leaderPrefix = "scenario-"

    private static func readTree(_ process: String, into seen: inout [String: Times]) {
        for thread in readThreads(of: process, into: &seen) {
            let children = text("/proc/\(process)/task/\(thread)/children")
            for child in children.split(separator: " ") { readTree(String(child), into: &seen) }
        }
    }

    /// The threads of a process; one that ends meanwhile is passed over.
    @discardableResult
    private static func readThreads(
        of process: String, into seen: inout [String: Times],
        where isMeant: (String) -> Bool = { _ in true }
    ) -> [String] {
        let all =
            (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/task")) ?? []
        let threads = all.filter(isMeant)
        for thread in threads {
            let fields = text("/proc/\(process)/task/\(thread)/schedstat").split(separator: " ")
            guard fields.count > 1, let ran = Int64(fields[0]), let waited = Int64(fields[1])
            else { continue }
            seen[thread] = Times(ran: ran, waited: waited)
        }
        return threads
    }

    /// What all processors have done together since the machine's start, but for being idle; time
    /// that a hypervisor gave to others counts.
    private static func busyNanoseconds() -> Int64? {
        let fields = text("/proc/stat").prefix { $0 != "\n" }.split(separator: " ")
            .compactMap { Int64($0) }
        // user, nice, system, idle, iowait, irq, softirq, steal in hundredths of a second.
        guard fields.count > 7 else { return nil }
        return (fields[...7].reduce(0, +) - fields[3] - fields[4]) * 10_000_000
    }

    private static func text(_ path: String) -> String {
        let data = FileManager.default.contents(atPath: path) ?? Data()
        return String(decoding: data, as: UTF8.self).trimmingCharacters(in: ["\n"])
    }
}
