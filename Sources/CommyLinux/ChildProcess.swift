internal import CLinux

/// A process that this program has started and collects once.
struct ChildProcess {
    let pid: Int32
    private var status: Int32?

    init(pid: Int32) { self.pid = pid }

    /// The wait status when it has ended; the first answer stays.
    mutating func collect() -> Int32? {
        if let status { return status }
        var status: Int32 = 0
        guard unsafe clinux_collect(pid, &status) == 0 else { return nil }
        self.status = status
        return status
    }

    var isCollected: Bool { status != nil }

    /// The words of a command as CLinux takes them: each with a zero byte behind it.
    static func packed(_ words: [String]) -> [UInt8] {
        Array(words.map { $0 + "\0" }.joined().utf8)
    }
}
