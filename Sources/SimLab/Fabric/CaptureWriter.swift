internal import CommyBase
internal import CommyLinux
internal import Synchronization

/// Writes capture files on a thread of its own, so that the fabric never waits for a disk.
final class CaptureWriter: Sendable {
    private enum Job: Sendable {
        case open(name: String)
        case write(bytes: [UInt8], file: Int)
        case signal(WrittenMark)
        case finish
    }

    /// Bytes that may wait for the disk; beyond it captures are dropped, never the fabric's time.
    static let defaultBacklogLimit = 256 << 20

    private struct Backlog: Sendable {
        var jobs: [Job] = []
        /// Files whose first bytes, the header without which nothing can be read, were accepted.
        var begun: Set<Int> = []
        var byteCount = 0
        var droppedBytes = 0
        var problem: SystemError?
    }

    private let backlog = Mutex(Backlog())
    private let wakeUp: WakeUp
    private let directory: String
    private let backlogLimit: Int

    /// `backlogLimit` in bytes.
    init(
        directory: String, backlogLimit: Int = CaptureWriter.defaultBacklogLimit
    ) throws(SystemError) {
        self.directory = directory
        self.backlogLimit = backlogLimit
        wakeUp = try WakeUp()
    }

    func open(name: String) { add(.open(name: name)) }

    /// Whole blocks of a file, its header first.
    func write(_ bytes: [UInt8], file: Int) {
        let isAccepted = backlog.withLock { backlog in
            let isFirst = backlog.begun.insert(file).inserted
            guard isFirst || backlog.byteCount + bytes.count <= backlogLimit else {
                backlog.droppedBytes += bytes.count
                return false
            }
            backlog.byteCount += bytes.count
            return true
        }
        if isAccepted { add(.write(bytes: bytes, file: file)) }
    }

    /// Waits until everything so far is written.
    func drain() {
        let mark = WrittenMark()
        add(.signal(mark))
        mark.wait()
    }

    /// No more will come; `run` returns when all is written.
    func finish() { add(.finish) }

    /// The first error and the bytes that were dropped because the disk was too slow.
    var trouble: (problem: SystemError?, droppedBytes: Int) {
        backlog.withLock { ($0.problem, $0.droppedBytes) }
    }

    private func add(_ job: Job) {
        backlog.withLock { $0.jobs.append(job) }
        wakeUp.signal()
    }

    /// The body of the writer's thread.
    func run() {
        var files: [Int32] = []
        defer { for raw in files where raw >= 0 { _ = FileDescriptor(owning: raw) } }
        while true {
            _ = try? wakeUp.descriptor.waitReadable(milliseconds: -1)
            wakeUp.acknowledge()
            let jobs = backlog.withLock { backlog in
                defer { backlog.jobs = [] }
                return backlog.jobs
            }
            for job in jobs {
                switch job {
                case .open(let name): files.append(openFile(name))
                case .write(let bytes, let file): write(bytes, to: files[file])
                case .signal(let mark): mark.reached()
                case .finish: return
                }
            }
        }
    }

    private func openFile(_ name: String) -> Int32 {
        do throws(SystemError) {
            let path = "\(directory)/\(Self.fileName(for: name))"
            return try FileDescriptor.open(path, flags: 0o1 | 0o100 | 0o1000).release()
        } catch {
            note(error)
            return -1
        }
    }

    private func write(_ bytes: [UInt8], to raw: Int32) {
        backlog.withLock { $0.byteCount -= bytes.count }
        guard raw >= 0 else { return }
        let descriptor = FileDescriptor(owning: raw)
        do throws(SystemError) {
            try descriptor.writeAll(bytes)
        } catch {
            note(error)
        }
        // The table keeps owning it.
        _ = descriptor.release()
    }

    private func note(_ error: SystemError) {
        backlog.withLock { $0.problem = $0.problem ?? error }
    }

    /// `web>orders-1` becomes `web-to-orders-1.pcapng`: `>` is a word of the shell.
    static func fileName(for name: String) -> String {
        let plain = name.split(separator: ">").joined(separator: "-to-")
        return String(plain.map { $0 == "/" ? "_" : $0 }) + ".pcapng"
    }
}

/// A place in the queue that somebody waits for.
private final class WrittenMark: Sendable {
    private let isReached = Mutex(false)

    func reached() { isReached.withLock { $0 = true } }

    func wait() {
        let clock = MonotonicClock()
        while !isReached.withLock({ $0 }) { clock.sleep(until: clock.now + .milliseconds(1)) }
    }
}
