internal import CLinux

/// A command that this program has started and that has its terminal: the same standard input,
/// output and error.
///
/// Dropping the value asks the command to end, kills it when it does not, and collects it.
public struct AttachedCommand: ~Copyable {
    public let pidfd: FileDescriptor
    private var process: ChildProcess

    /// How long a command may take to end by itself when it is asked to.
    private static let patienceMilliseconds: Int32 = 3_000

    /// Starts `words`, the program first; it is searched for in PATH.
    public init(_ words: [String]) throws(SystemError) {
        var raw: Int32 = -1
        var text = ChildProcess.packed(words)
        let result = unsafe text.withUnsafeMutableBytes { bytes in
            unsafe clinux_start_attached(
                bytes.baseAddress!.assumingMemoryBound(to: CChar.self), Int32(words.count), &raw)
        }
        process = ChildProcess(
            pid: try checked(result, "start '\(words.first ?? "")'"))
        pidfd = FileDescriptor(owning: raw)
    }

    /// The wait status when it has ended.
    public mutating func collect() -> Int32? { process.collect() }

    deinit {
        guard !process.isCollected else { return }
        // SIGTERM, so that it can put the terminal back.
        _ = clinux_pidfd_signal(pidfd.raw, 15)
        _ = try? pidfd.waitReadable(milliseconds: Self.patienceMilliseconds)
        _ = clinux_pidfd_signal(pidfd.raw, 9)
        _ = try? pidfd.waitReadable(milliseconds: Self.patienceMilliseconds)
        var ignored: Int32 = 0
        _ = unsafe clinux_collect(process.pid, &ignored)
    }
}
