internal import CLinux
internal import CommyLinux
internal import Synchronization

/// The words of a mapped control page, for either side.
///
/// Only the state word is contended. Everything else is written by the side that holds the token
/// and read by the other after it got the token: the release store of the state makes it visible to
/// the acquire load.
@safe
struct LockstepWords: ~Copyable, @unchecked Sendable {
    private let memory: SharedMemory

    init(_ memory: consuming SharedMemory) {
        precondition(memory.byteCount >= LockstepLayout.byteCount)
        self.memory = memory
    }

    /// Where `offset` lies in the mapping; valid as long as this value.
    func address(_ offset: Int) -> UnsafeMutableRawPointer { unsafe memory.base + offset }

    private func pointer<Value: ~Copyable>(
        _ offset: Int, as type: Value.Type
    ) -> UnsafeMutablePointer<Value> {
        unsafe (memory.base + offset).assumingMemoryBound(to: type)
    }

    private var state: UnsafeMutablePointer<Atomic<UInt32>> {
        unsafe pointer(LockstepLayout.stateOffset, as: Atomic<UInt32>.self)
    }

    /// PAIRS WITH: `pass`, whose release store makes the words that were written before it visible.
    func currentState() -> UInt32 { unsafe state.pointee.load(ordering: .acquiring) }

    /// Gives the token to the other side, with all that was written.
    /// PAIRS WITH: `currentState` on the other side.
    func pass(_ next: UInt32) {
        unsafe state.pointee.store(next, ordering: .releasing)
        _ = unsafe clinux_futex_wake(state, 1)
    }

    /// Sleeps while the state is this, at most so many real nanoseconds (negative: for ever).
    func sleep(while value: UInt32, nanoseconds: Int64) {
        _ = unsafe clinux_futex_wait(state, value, nanoseconds)
    }

    func number(_ offset: Int) -> Int64 { unsafe pointer(offset, as: Int64.self).pointee }
    func setNumber(_ offset: Int, _ value: Int64) {
        unsafe pointer(offset, as: Int64.self).pointee = value
    }
    func word(_ offset: Int) -> UInt32 { unsafe pointer(offset, as: UInt32.self).pointee }
    func setWord(_ offset: Int, _ value: UInt32) {
        unsafe pointer(offset, as: UInt32.self).pointee = value
    }

    func bytes(_ offset: Int, count: Int) -> [UInt8] {
        let range = unsafe UnsafeRawBufferPointer(start: memory.base + offset, count: count)
        return unsafe Array(range)
    }
}
