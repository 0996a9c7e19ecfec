internal import CommyLinux

/// Keeps the processors from going to sleep while something is measured.
///
/// A processor that has nothing to do halts; in a virtual machine the hypervisor then has to bring
/// it back, which takes from tens of microseconds to milliseconds, and every delivery that waits
/// for it is late. `commy-init awake` has a thread for each processor that spins with the least
/// right to run. It is a process of its own for a reason that its source tells. It costs power, and
/// a program that waits for a processor next to nothing; while somebody sees programs wait all the
/// same, `isResting` stops it. Ends with this value, and with the thread that made it.
final class WakefulProcessors {
    private let process: InitProcess
    /// nil only at the end of this value.
    private var conversation: InitChannel?

    /// While it is true nothing spins.
    var isResting = false {
        didSet {
            guard isResting != oldValue else { return }
            // A process that is gone rests.
            try? conversation?.descriptor.writeAll([UInt8(ascii: isResting ? "r" : "w")])
        }
    }

    /// Its process, whose time is not that of a program that needs it.
    var pid: Int32 { process.pid }

    /// Nil where it cannot be started: the run is merely less sharp then.
    init?() {
        guard let executable = try? SiblingProgram(named: "commy-init").open(),
            let pair = try? InitChannel.pair(),
            let process = try? InitProcess.start(
                executable: executable, mode: "awake", control: pair.initEnd, isolation: .none,
                uid: 0, gid: 0)
        else { return nil }
        self.process = process
        conversation = pair.takeHarness()
    }

    deinit {
        conversation = nil
        process.kill()
        _ = try? process.pidfd.waitReadable(milliseconds: 5_000)
        _ = process.collect()
    }
}
