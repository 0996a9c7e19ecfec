internal import CLinux

/// A command that this program has started and that has its terminal: the same standard input,
/// output and error.
///
/// Dropping the value asks the command to end, kills it when it does not, and collects it.
public struct AttachedCommand: ~Copyable {
    public let pidfd: FileDescriptor
    private let pid: Int32
    private var status: Int32?

    /// How long a command may take to end by itself when it is asked to.
    private static let patienceMilliseconds: Int32 = 3_000

    /// Starts `words`, the program first; it is searched for in PATH.
    public init(_ words: [String]) throws(SystemError) {
        var raw: Int32 = -1
        var text = Array(words.map { $0 + "\0" }.joined().utf8)
        let result = unsafe text.withUnsafeMutableBytes { bytes in
            unsafe clinux_start_attached(
                bytes.baseAddress!.assumingMemoryBound(to: CChar.self), Int32(words.count), &raw)
        }
        pid = try checked(result, "start '\(words.first ?? "")'")
        pidfd = FileDescriptor(owning: raw)
    }

    /// The wait status when it has ended.
    public mutating func collect() -> Int32? {
        if let status { return status }
        var status: Int32 = 0
        guard unsafe clinux_collect(pid, &status) == 0 else { return nil }
        self.status = status
        return status
    }

    deinit {
        guard status == nil else { return }
        // SIGTERM, so that it can put the terminal back.
        _ = clinux_pidfd_signal(pidfd.raw, 15)
        _ = try? pidfd.waitReadable(milliseconds: Self.patienceMilliseconds)
        _ = clinux_pidfd_signal(pidfd.raw, 9)
        _ = try? pidfd.waitReadable(milliseconds: Self.patienceMilliseconds)
        var ignored: Int32 = 0
        _ = unsafe clinux_collect(pid, &ignored)
    }
}
