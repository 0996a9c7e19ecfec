internal import CLinux
public import CommyBase
public import CommyLinux

/// A process's side of its control page: its clock, and the one place where it waits.
///
/// From `join` on the process runs only between a grant and the next `park`. One thread uses it.
public final class LockstepMember {
    private let words: LockstepWords
    /// The process's monotonic clock; it stands still while the process runs.
    public private(set) var now = MeshInstant.zero

    /// Joins the run whose page lies at `path`, and waits for the first grant.
    public init(joining path: String) throws(SystemError) {
        // O_RDWR
        let file = try FileDescriptor.open(path, flags: 2)
        words = LockstepWords(
            try SharedMemory(mapping: file, byteCount: LockstepLayout.byteCount))
        guard words.word(LockstepLayout.magicOffset) == LockstepLayout.magic,
            words.word(LockstepLayout.versionOffset) == LockstepLayout.version
        else {
            // EPROTO
            throw SystemError(number: 71, call: "read \(path) as a lockstep page of version 1")
        }
        park(until: .zero)
    }

    /// Joins when the environment says so; nil in any other run.
    public static func fromEnvironment() throws(SystemError) -> LockstepMember? {
        guard let path = unsafe clinux_environment(LockstepLayout.pathVariable) else { return nil }
        return try LockstepMember(joining: unsafe String(cString: path))
    }

    /// Gives the token back and waits for the next grant, which comes at `deadline` or when
    /// something has arrived; `.never` waits for an arrival only.
    public func park(until deadline: MeshInstant) {
        words.setNumber(
            LockstepLayout.deadlineOffset,
            deadline == .never ? LockstepLayout.noDeadline : deadline.nanoseconds)
        words.pass(LockstepLayout.State.parked)
        while words.currentState() != LockstepLayout.State.granted {
            words.sleep(while: LockstepLayout.State.parked, nanoseconds: -1)
        }
        now = MeshInstant(nanoseconds: words.number(LockstepLayout.nowOffset))
    }

    /// Something was done in this turn: neighbours on the host may have something to do now.
    public func worked() {
        words.setNumber(
            LockstepLayout.workOffset, words.number(LockstepLayout.workOffset) &+ 1)
    }

    /// Nanoseconds since 1970.
    public var wallClock: Int64 { now.nanoseconds + words.number(LockstepLayout.wallOffset) }

    /// What all random draws of this process come from.
    public var randomKey: RandomKey {
        RandomKey(seed: UInt64(bitPattern: words.number(LockstepLayout.seedOffset)))
    }

    /// Puts an event of the application into the run's trace: `kind` and `name=value` words. A line
    /// that does not fit is counted and lost.
    public func note(_ line: String) { note { $0.add(line) } }

    /// The same without a string: the words go straight into the mailbox, and nothing is allocated.
    ///
    ///     member.note { $0.add("breaker-open"); $0.add("to", 7); $0.add("why", "timeout") }
    public func note(_ words: (inout LockstepNote) -> Void) {
        let length = Int(self.words.word(LockstepLayout.mailboxLengthOffset))
        let room = LockstepLayout.mailboxBytes - length
        let start = unsafe self.words.address(LockstepLayout.mailboxOffset + max(0, length))
        var note = unsafe LockstepNote(
            UnsafeMutableRawBufferPointer(start: start, count: max(0, room)))
        words(&note)
        guard let count = note.end() else {
            self.words.setWord(
                LockstepLayout.mailboxLostOffset,
                self.words.word(LockstepLayout.mailboxLostOffset) &+ 1)
            return
        }
        self.words.setWord(LockstepLayout.mailboxLengthOffset, UInt32(length + count))
    }

    /// Takes no part any more; no network may be used from here on.
    public func leave() { words.pass(LockstepLayout.State.left) }
}
