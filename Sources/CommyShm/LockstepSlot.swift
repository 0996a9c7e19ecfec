public import CommyBase
public import CommyLinux

/// The harness's side of one process's control page: gives the token and takes it back.
///
///     absent --process joins--> parked --grant--> granted --process parks--> parked
///                                 '-- process leaves --> left
///
/// One thread uses it. The process may be dead or malicious: whatever lies in the page is read once
/// and checked, and no wait is without a limit.
public struct LockstepSlot: ~Copyable {
    private let words: LockstepWords

    /// A blank page for a process that is about to start. `seed` feeds its random draws.
    public init(_ file: borrowing FileDescriptor, seed: UInt64) throws(SystemError) {
        let memory = try SharedMemory(mapping: file, byteCount: LockstepLayout.byteCount)
        words = LockstepWords(memory)
        words.setWord(LockstepLayout.versionOffset, LockstepLayout.version)
        words.setNumber(LockstepLayout.deadlineOffset, LockstepLayout.noDeadline)
        words.setNumber(LockstepLayout.seedOffset, Int64(bitPattern: seed))
        words.setWord(LockstepLayout.magicOffset, LockstepLayout.magic)
    }

    /// What the page's file must hold before it is mapped.
    public static var blank: [UInt8] { [UInt8](repeating: 0, count: LockstepLayout.byteCount) }

    /// True when the process takes no part any more and is about to end.
    public var hasLeft: Bool { words.currentState() == LockstepLayout.State.left }
    public var hasJoined: Bool { words.currentState() != LockstepLayout.State.absent }
    public var isParked: Bool { words.currentState() == LockstepLayout.State.parked }
    public var isRunning: Bool { words.currentState() == LockstepLayout.State.granted }

    /// When the process wants to run next, by its own clock; nil when only for an arrival.
    public var deadline: MeshInstant? {
        let instant = words.number(LockstepLayout.deadlineOffset)
        return instant == LockstepLayout.noDeadline ? nil : MeshInstant(nanoseconds: instant)
    }

    /// Rises with every turn in which the process has done something.
    public var work: UInt64 { UInt64(bitPattern: words.number(LockstepLayout.workOffset)) }

    /// Lets the process run. `now` and `wallOffset` (from `now` to the nanoseconds since 1970) are
    /// its clocks.
    public func grant(now: MeshInstant, wallOffset: Int64) {
        precondition(isParked, "only a process that waits is granted")
        words.setNumber(LockstepLayout.nowOffset, now.nanoseconds)
        words.setNumber(LockstepLayout.wallOffset, wallOffset)
        words.pass(LockstepLayout.State.granted)
    }

    /// Waits until the process has joined, at most so many real nanoseconds; false when it has not.
    public func waitUntilJoined(nanoseconds: Int64) -> Bool {
        if hasJoined { return true }
        words.sleep(while: LockstepLayout.State.absent, nanoseconds: nanoseconds)
        return hasJoined
    }

    /// Waits until the token is back, at most so many real nanoseconds; false when it is not.
    public func waitUntilReturned(nanoseconds: Int64) -> Bool {
        if !isRunning { return true }
        words.sleep(while: LockstepLayout.State.granted, nanoseconds: nanoseconds)
        return !isRunning
    }

    /// The application events of the last turn, one a line, and how many had no room. Empties the
    /// mailbox; nil when there is nothing. Call it while the token is here.
    public func takeEvents() -> (lines: [UInt8], lost: UInt32)? {
        let claimed = Int(words.word(LockstepLayout.mailboxLengthOffset))
        let lost = words.word(LockstepLayout.mailboxLostOffset)
        guard claimed > 0 || lost > 0 else { return nil }
        let count = min(claimed, LockstepLayout.mailboxBytes)
        let lines = words.bytes(LockstepLayout.mailboxOffset, count: count)
        words.setWord(LockstepLayout.mailboxLengthOffset, 0)
        words.setWord(LockstepLayout.mailboxLostOffset, 0)
        return (lines, lost)
    }

    /// What the preloaded library has seen the process do against the contract.
    public struct Breach: Sendable, Equatable {
        /// The numbers of enum commy_breach in Sources/CommyClock/lockstep.h.
        public enum Kind: Int64, Sendable {
            case readClock = 1
            case waitedByClock = 2
            case usedNetworkFromSecondThread = 3
            case usedNetworkOutOfTurn = 4
        }
        public var kind: Kind
        /// How often something was done against the contract; the rest is about the first time.
        public var count: Int64
        /// The C function that was called.
        public var call: String
        /// The clock, as in clock_gettime(2), or the thread, as the host numbers it.
        public var detail: Int64
        /// Offset of the caller in its module.
        public var offset: UInt64
        public var module: String
    }

    /// True when there is a `breach`; costs one load.
    public var hasBreach: Bool { words.number(LockstepLayout.breachCountOffset) > 0 }

    /// The first breach since the process has joined; nil when there was none.
    public var breach: Breach? {
        let count = words.number(LockstepLayout.breachCountOffset)
        guard count > 0,
            let kind = Breach.Kind(rawValue: words.number(LockstepLayout.breachKindOffset))
        else { return nil }
        return Breach(
            kind: kind, count: count,
            call: text(LockstepLayout.breachCallOffset, LockstepLayout.breachCallBytes),
            detail: words.number(LockstepLayout.breachDetailOffset),
            offset: UInt64(bitPattern: words.number(LockstepLayout.breachAddressOffset)),
            module: text(LockstepLayout.breachModuleOffset, LockstepLayout.breachModuleBytes))
    }

    private func text(_ offset: Int, _ count: Int) -> String {
        String(decoding: words.bytes(offset, count: count).prefix { $0 != 0 }, as: UTF8.self)
    }
}
