internal import CommyMesh

/// Lines on their way to a reader who may be slow. Whole lines are kept up to a limit; those beyond
/// it are counted, and a line says how many are missing where they are missing.
///
///     keeping --a line does not fit--> dropping --all that was kept is sent--> keeping
///
/// Invariant: it holds at most `byteLimit` bytes and the line about missing ones.
struct EventBacklog: Sendable {
    /// What one busy second of a node has to tell (2,000 lines of 130 bytes); above a pipe's
    /// 64 KiB, so that a reader who sleeps for a moment loses nothing.
    static let byteLimit = 256 << 10

    private var bytes: [UInt8] = []
    /// How many of the first bytes are sent.
    private var sentCount = 0
    /// Lines since the last one that fitted.
    private var dropped: UInt64 = 0

    var isEmpty: Bool { bytes.isEmpty }

    /// Whether another line may follow now; without room for it, it would be dropped.
    func hasRoom(for line: String) -> Bool {
        dropped == 0 && bytes.count + line.utf8.count < Self.byteLimit
    }

    mutating func add(_ line: String) {
        guard hasRoom(for: line) else {
            dropped += 1
            return
        }
        append(line)
    }

    func withUnsent<Value>(_ body: (UnsafeRawBufferPointer) -> Value) -> Value {
        unsafe bytes.withUnsafeBytes { all in
            unsafe body(UnsafeRawBufferPointer(rebasing: all[sentCount...]))
        }
    }

    /// The reader's side has taken the first `count` of the unsent bytes.
    mutating func sent(_ count: Int) {
        precondition(count >= 0 && sentCount + count <= bytes.count, "more than there was")
        sentCount += count
        guard sentCount == bytes.count else { return }
        clear()
        guard dropped > 0 else { return }
        var line = EventLine("dropped")
        line.add("lines", "\(dropped)")
        dropped = 0
        append(line.text)
    }

    /// Nobody will read any of it.
    mutating func clear() {
        bytes.removeAll(keepingCapacity: true)
        sentCount = 0
    }

    private mutating func append(_ line: String) {
        bytes += line.utf8
        bytes.append(0x0a)
    }
}
