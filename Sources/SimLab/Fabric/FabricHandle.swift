internal import CommyBase
internal import CommyLinux
internal import SimModel
internal import Synchronization

/// A descriptor's number where a value must be copied; somebody else owns the descriptor.
struct FileDescriptorNumber: Sendable {
    let raw: Int32
}

/// What a fabric is made from.
struct FabricSetUp: Sendable {
    var topology: Topology
    var seed: UInt64
    /// From the run's clock to the nanoseconds since 1970.
    var wallClockOfOrigin: Int64
    /// One TUN device per host, in the order of the topology. The fabric closes them.
    var devices: [FileDescriptorNumber]
    var capture: CaptureMode
    var captureDirectory: String
}

/// What all links did, read when the fabric has ended.
struct FabricTotals: Sendable {
    var links: [LinkTotals] = []
    /// Packets that were lost for want of memory or that a host's kernel refused.
    var lostBeforeModel: UInt64 = 0
}

/// Counters that prove that a fault took hold, at one instant.
struct FabricSnapshot: Sendable {
    /// By link index: packets that met conditions other than the link's own. Links that do not
    /// exist yet are missing.
    var changedByFault: [UInt64]
    /// Packets of the asked pairs that a partition, or the cut of a pair, has dropped.
    var partitioned: UInt64
    /// By link index: TCP segments that were answered with resets.
    var resets: [UInt64] = []
    /// By link index: name and conditions of its own and now.
    var links: [Link] = []

    struct Link: Sendable {
        var name: String
        var initial: LinkConditions
        var current: LinkConditions
    }

    init(of model: borrowing FabricModel, pairs: [HostPair]) {
        changedByFault = []
        partitioned = model.blockedDrops(of: pairs)
        for link in model.materialisedLinks {
            let counters = model.counters(of: link)
            changedByFault.append(counters.changedByFault)
            resets.append(counters.drops[.reset])
            links.append(
                Link(
                    name: model.name(of: link), initial: model.initialConditions(of: link),
                    current: model.conditions(of: link)))
        }
    }
}

/// What a link selector means in this network.
struct FabricSelection: Sendable {
    struct Link: Sendable {
        var index: LinkIndex
        var name: String
        /// As the scenario file states them.
        var initial: LinkConditions
    }
    var links: [Link] = []
    var pairs: [HostPair] = []

    init(of selector: LinkSelector, forCut: Bool, in model: inout FabricModel) {
        let found: [LinkIndex]
        if forCut {
            let targets = model.cutTargets(of: selector)
            found = targets.links
            pairs = targets.pairs
        } else {
            found = model.links(matching: selector)
        }
        links = found.map {
            Link(index: $0, name: model.name(of: $0), initial: model.initialConditions(of: $0))
        }
    }
}

/// The run's handle on the fabric's thread.
final class FabricHandle: Fabric {
    private let mailbox: FabricMailbox
    private let thread: WorkerThread
    private let writer: CaptureWriter
    private let writerThread: WorkerThread
    private let devices: [FileDescriptorNumber]
    private let result: ResultBox
    private var isStopped = false

    /// What the thread leaves: totals, or why it ended early.
    private final class ResultBox: Sendable {
        let totals = Mutex(FabricTotals())
        let problem = Mutex<String?>(nil)
    }

    private init(
        mailbox: FabricMailbox, thread: WorkerThread, writer: CaptureWriter,
        writerThread: WorkerThread, devices: [FileDescriptorNumber], result: ResultBox
    ) {
        self.mailbox = mailbox
        self.thread = thread
        self.writer = writer
        self.writerThread = writerThread
        self.devices = devices
        self.result = result
    }

    /// Starts the threads.
    static func start(_ setUp: FabricSetUp, clock: MonotonicClock) throws -> FabricHandle {
        let mailbox = try FabricMailbox()
        let writer = try CaptureWriter(directory: setUp.captureDirectory)
        let result = ResultBox()
        let thread = try WorkerThread(name: "commy-fabric") {
            do throws(SystemError) {
                var loop = try FabricLoop(
                    setUp, clock: clock, mailbox: mailbox, writer: writer)
                let totals = try loop.run()
                result.totals.withLock { $0 = totals }
            } catch {
                result.problem.withLock { $0 = "the fabric ended: \(error)" }
            }
            writer.finish()
            mailbox.announceEnd()
        }
        let writerThread = try WorkerThread(name: "commy-capture") { writer.run() }
        return FabricHandle(
            mailbox: mailbox, thread: thread, writer: writer, writerThread: writerThread,
            devices: setUp.devices, result: result)
    }

    var noticeDescriptor: Int32? { mailbox.noticeDescriptor }
    /// Why the fabric's thread ended before it was told to.
    var problem: String? { result.problem.withLock { $0 } }

    func takeStalls() -> [FabricStall] { mailbox.takeStalls() }
    /// Adds a stall that another thread has seen; it may be called there.
    var reportStall: @Sendable (FabricStall) -> Void {
        { [mailbox] stall in mailbox.add(stall: stall) }
    }

    func setConditions(_ conditions: LinkConditions, of link: LinkIndex) {
        mailbox.send(.setConditions(link, conditions))
    }

    func block(_ pairs: [HostPair], of family: AddressFamily?) {
        mailbox.send(.block(pairs, family))
    }

    func unblock(_ pairs: [HostPair], of family: AddressFamily?) {
        mailbox.send(.unblock(pairs, family))
    }

    /// A wire keeps nothing.
    func setPower(of host: Int, isOn: Bool) {}

    /// The counters, after every command sent before has been carried out.
    func inspect(pairs: [HostPair] = []) throws -> FabricSnapshot {
        let reply = try Reply<FabricSnapshot>()
        mailbox.send(.inspect(pairs, reply))
        return try answer(of: reply)
    }

    /// What a selector means: links, and for a cut also pairs where links carry others too.
    func select(_ selector: LinkSelector, forCut: Bool) throws -> FabricSelection {
        let reply = try Reply<FabricSelection>()
        mailbox.send(.select(selector, forCut: forCut, reply))
        return try answer(of: reply)
    }

    private func answer<Value>(of reply: Reply<Value>) throws -> Value {
        guard let value = reply.wait() else {
            throw LabError(problem ?? "the fabric's thread does not answer")
        }
        return value
    }

    /// Ends the threads and returns what the links did.
    func stop() -> FabricTotals {
        guard !isStopped else { return FabricTotals() }
        isStopped = true
        mailbox.send(.stop)
        thread.join()
        writerThread.join()
        for device in devices { _ = FileDescriptor(owning: device.raw) }
        return result.totals.withLock { $0 }
    }

    deinit { _ = stop() }
}
