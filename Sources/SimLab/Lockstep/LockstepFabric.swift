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

    init(_ setUp: FabricSetUp, time: VirtualTime, trace: LockstepTrace) throws {
        let writer = try CaptureWriter(directory: setUp.captureDirectory)
        writerThread = try WorkerThread(name: "commy-capture") { writer.run() }
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

    /// Moves everything that can move at this instant; returns when something moves next.
    func settle() throws -> MeshInstant { try mover.settle(at: time.now) }

    /// Hosts that were given packets since the last call, in their order.
    func takeReached() -> [Int] { mover.lockstep?.takeReached() ?? [] }

    func setConditions(_ conditions: LinkConditions, of link: LinkIndex) {
        mover.model.setConditions(of: link, to: conditions, at: time.now)
    }

    func block(_ pairs: [HostPair], of family: AddressFamily?) {
        mover.model.block(pairs, of: family, at: time.now)
    }
    func unblock(_ pairs: [HostPair], of family: AddressFamily?) {
        mover.model.unblock(pairs, of: family, at: time.now)
    }
    func setDark(_ host: Int, _ isDark: Bool) { mover.setDark(host, isDark) }

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
