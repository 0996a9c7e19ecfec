internal import CLinux
internal import CommyBase
internal import CommyLinux
internal import SimModel

/// The network under a virtual clock: it moves only when the run says so, on the run's own thread.
final class LockstepFabric: Fabric {
    private var mover: PacketMover
    private let time: VirtualTime
    private let writer: CaptureWriter
    private let writerThread: WorkerThread
    private var isStopped = false
    /// The hosts' devices.
    private var ready: Epoll
    /// When something moves next, as the last settling has found.
    private var nextMove = MeshInstant.zero
    private var idleSettles = 0
    /// When nothing has run and nothing has come, the devices are looked at only every so many
    /// times: just to find out who sends out of turn.
    private static let idleLook = 16

    init(_ setUp: FabricSetUp, time: VirtualTime, trace: LockstepTrace) throws {
        let writer = try CaptureWriter(directory: setUp.captureDirectory)
        writerThread = try WorkerThread(name: "commy-capture") {
            // The run keeps to one processor; its captures may be written on another.
            clinux_unpin_thread()
            writer.run()
        }
        let ready = try Epoll(capacity: max(1, setUp.devices.count))
        for (host, device) in setUp.devices.enumerated() {
            try ready.add(device.raw, .readable, token: UInt64(host))
        }
        self.ready = ready
        self.writer = writer
        self.time = time
        var mover = PacketMover(setUp, writer: writer, startingAt: time.now, stopwatch: nil)
        mover.lockstep = LockstepTransit(trace: trace, hostCount: setUp.devices.count)
        self.mover = mover
    }

    var noticeDescriptor: Int32? { nil }
    var problem: String? { nil }
    func takeStalls() -> [FabricStall] { [] }

    /// A program of this host has run, or its kernel was told something: it may have sent.
    func stir(_ host: Int) { mover.lockstep?.stir(host) }
    func stirAll() { mover.lockstep?.stirAll() }

    /// Moves everything that can move at this instant; returns when something moves next.
    func settle() throws -> MeshInstant {
        if mover.lockstep?.isAnyStirred == false, nextMove > time.now {
            idleSettles += 1
            if idleSettles % Self.idleLook != 0 { return nextMove }
        }
        nextMove = try mover.settle(at: time.now, &ready)
        return nextMove
    }

    /// Hosts that were given packets since the last call, in their order.
    func takeReached(_ body: (Int) -> Void) { mover.lockstep?.takeReached(body) }

    /// A host that has sent something although nothing has run there and nothing has come.
    func takeUnsolicited() -> Int? { mover.lockstep?.takeUnsolicited() }

    /// Packets that hosts have sent.
    var packetCount: UInt64 { mover.lockstep?.packetCount ?? 0 }

    /// Hands out what was captured so far, and waits until it can be read.
    func flushCaptures() {
        mover.capture.finish()
        writer.drain()
    }

    /// Throws away what hosts have sent while the run stood still.
    func discardUnread() { mover.discardUnread() }

    func setConditions(_ conditions: LinkConditions, of link: LinkIndex) {
        nextMove = time.now
        mover.model.setConditions(of: link, to: conditions, at: time.now)
    }

    func block(_ pairs: [HostPair], of family: AddressFamily?) {
        nextMove = time.now
        mover.model.block(pairs, of: family, at: time.now)
    }

    func unblock(_ pairs: [HostPair], of family: AddressFamily?) {
        nextMove = time.now
        mover.model.unblock(pairs, of: family, at: time.now)
    }

    func setPower(of host: Int, isOn: Bool) throws {
        // What comes before the change is said, or not, as it was then.
        stir(host)
        nextMove = try mover.settle(at: time.now, &ready)
        mover.setPower(of: host, isOn: isOn)
    }

    func inspect(pairs: [HostPair]) throws -> FabricSnapshot {
        FabricSnapshot(of: mover.model, pairs: pairs)
    }

    func select(_ selector: LinkSelector, forCut: Bool) throws -> FabricSelection {
        FabricSelection(of: selector, forCut: forCut, in: &mover.model)
    }

    func stop() -> FabricTotals {
        guard !isStopped else { return FabricTotals() }
        isStopped = true
        mover.capture.finish()
        writer.finish()
        writerThread.join()
        for device in mover.devices { _ = FileDescriptor(owning: device.raw) }
        return mover.totals()
    }

    deinit { _ = stop() }
}
