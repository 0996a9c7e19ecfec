/// Where things lie in the control page of a lockstep process. `Scenarios/LOCKSTEP.md` is the
/// contract for programs in any language; this file and that page say the same.
public enum LockstepLayout {
    /// Of header and mailbox together.
    public static let byteCount = 65_536
    public static let magic: UInt32 = 0x4b4c_4d43
    public static let version: UInt32 = 1

    static let magicOffset = 0
    static let versionOffset = 4
    static let stateOffset = 8
    static let nowOffset = 16
    static let wallOffset = 24
    static let deadlineOffset = 32
    static let workOffset = 40
    static let seedOffset = 48
    static let mailboxLengthOffset = 56
    static let mailboxLostOffset = 60
    static let breachCountOffset = 64
    static let breachKindOffset = 72
    static let breachAddressOffset = 80
    static let breachDetailOffset = 88
    static let breachModuleOffset = 128
    static let breachModuleBytes = 256
    static let breachCallOffset = 384
    static let breachCallBytes = 32
    static let mailboxOffset = 4_096
    /// Bytes of application events that one turn may leave.
    public static let mailboxBytes = byteCount - mailboxOffset

    /// The variable that names the page's file.
    public static let pathVariable = "COMMY_LOCKSTEP"
    /// No deadline: the process waits for something to arrive.
    public static let noDeadline = Int64.max

    /// Who holds the token.
    public enum State {
        /// The process has not come yet.
        public static let absent: UInt32 = 0
        /// The process waits; the harness holds the token.
        public static let parked: UInt32 = 1
        /// The process runs.
        public static let granted: UInt32 = 2
        /// The process takes no part any more, and uses no network.
        public static let left: UInt32 = 3
    }
}
