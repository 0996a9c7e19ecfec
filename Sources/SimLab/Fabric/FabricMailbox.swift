internal import CommyBase
internal import CommyLinux
internal import SimModel
internal import Synchronization

/// What the run tells the fabric's thread.
enum FabricCommand: Sendable {
    case setConditions(LinkIndex, LinkConditions)
    case block([HostPair], AddressFamily?)
    case unblock([HostPair], AddressFamily?)
    case inspect([HostPair], Reply<FabricSnapshot>)
    /// What a fault on this selector is about; for a cut, pairs where links carry others too.
    case select(LinkSelector, forCut: Bool, Reply<FabricSelection>)
    case stop
}

/// A time in which the fabric's thread, or one of ordinary priority, did not run although it should
/// have.
struct FabricStall: Sendable {
    var end: MeshInstant
    var length: Duration
}

/// Between the run's thread and the fabric's: commands one way, stalls the other.
final class FabricMailbox: Sendable {
    private let commands = Mutex<[FabricCommand]>([])
    private let stalls = Mutex<[FabricStall]>([])
    private let commandSignal: WakeUp
    private let noticeSignal: WakeUp

    init() throws(SystemError) {
        commandSignal = try WakeUp()
        noticeSignal = try WakeUp()
    }

    /// Readable when there are commands.
    var descriptor: Int32 { commandSignal.descriptor.raw }
    /// Readable when there are stalls.
    var noticeDescriptor: Int32 { noticeSignal.descriptor.raw }

    func send(_ command: FabricCommand) {
        commands.withLock { $0.append(command) }
        commandSignal.signal()
    }

    func takeCommands() -> [FabricCommand] {
        commandSignal.acknowledge()
        return commands.withLock { commands in
            defer { commands = [] }
            return commands
        }
    }

    func add(stall: FabricStall) {
        stalls.withLock { $0.append(stall) }
        noticeSignal.signal()
    }

    func takeStalls() -> [FabricStall] {
        noticeSignal.acknowledge()
        return stalls.withLock { stalls in
            defer { stalls = [] }
            return stalls
        }
    }

    /// The fabric's thread has ended; whoever waits for stalls looks.
    func announceEnd() { noticeSignal.signal() }
}

/// An answer that one thread waits for and another gives, once.
final class Reply<Value: Sendable>: Sendable {
    private let value = Mutex<Value?>(nil)
    private let signal: WakeUp

    init() throws(SystemError) {
        signal = try WakeUp()
    }

    func fulfil(with answer: Value) {
        value.withLock { $0 = answer }
        signal.signal()
    }

    /// Blocks until the answer is there; nil when it does not come within ten seconds.
    func wait() -> Value? {
        guard (try? signal.descriptor.waitReadable(milliseconds: 10_000)) == true else {
            return nil
        }
        return value.withLock { $0 }
    }
}
