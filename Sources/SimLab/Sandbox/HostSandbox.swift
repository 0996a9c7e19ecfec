internal import CommyLinux
internal import SimModel

/// One emulated machine: a namespace set with its process 1, its interface into the fabric, and the
/// processes that were started in it.
///
/// Owned and used by one thread, the one that started it: the host dies with that thread. Dropping
/// the value kills the host; `leave()` also waits until it is gone.
final class HostSandbox {
    let name: String
    /// Its place in the topology.
    let index: Int
    private let initProcess: InitProcess
    private let channel: InitChannel
    var netlink: Netlink?
    private var interfaceIndex: Int32 = 0
    /// Messages that came while an answer was waited for; `nextMessage()` gives them out first.
    private var inbox: [InitMessage] = []
    private var nextID: UInt32 = 1
    /// What the set-up could not do, in words; empty on a normal machine.
    private(set) var degradations: [String] = []

    /// The interface's name on every host.
    static let interfaceName = "net0"
    /// The host's private directory; scratch directories lie in it (init.h says the same).
    static let directory = "/run/commy"
    /// Directories that every host has of its own, in memory (mounts.c says the same).
    static let ownDirectories = ["/tmp", "/run", "/var/tmp", "/var/log", "/dev/shm"]
    /// Packets that the interface holds before the fabric reads them: at 190,000 packets/s, 50 ms.
    static let transmitQueueLength = 10_000
    /// How long process 1 may take to answer before the machine counts as stuck.
    private static let answerLimitMilliseconds: Int32 = 60_000

    /// Starts process 1 in its namespaces; `setUp` tells it what to become.
    init(name: String, index: Int, environment: SandboxEnvironment) throws {
        self.name = name
        self.index = index
        do throws(SystemError) {
            let pair = try InitChannel.pair()
            initProcess = try InitProcess.start(
                executable: environment.initExecutable, mode: "host", control: pair.initEnd,
                isolation: environment.isolation, uid: environment.insideUser,
                gid: environment.insideGroup)
            channel = pair.takeHarness()
        } catch {
            throw LabError(
                error, doing: "start host \(name)",
                cure: "run 'commy sim doctor'; it says what this machine lacks")
        }
    }

    /// Sends the set-up; the host works on it while the caller goes on with the next one.
    func beginSetUp(
        hostsFile: String, offload: Bool, timeless: Bool = false, visible: [String]
    ) throws(SystemError) {
        var message = InitMessage(.setUp)
        message.flags = (offload ? 1 : 0) | (timeless ? 2 : 0)
        message.texts = [name, hostsFile, Self.interfaceName] + visible
        try channel.send(message)
    }

    /// Waits for the end of the set-up, gives the interface its addresses and returns the TUN
    /// device.
    func finishSetUp(mtu: Int) throws -> FileDescriptor {
        let (answer, descriptors) = try receiveSetUp()
        guard answer.kind == .ready, descriptors.count == 2 else {
            for raw in descriptors { _ = FileDescriptor(owning: raw) }
            let stage = answer.texts.first ?? "set up"
            let error = SystemError(number: answer.error, call: stage)
            throw LabError(
                error, doing: "set up host \(name)",
                cure: "run 'commy sim doctor'; it says what this machine lacks")
        }
        let tun = FileDescriptor(owning: descriptors[0])
        degradations = Self.describe(degradations: answer.flags)
        interfaceIndex = answer.pid
        do throws(SystemError) {
            let netlink = Netlink(FileDescriptor(owning: descriptors[1]))
            try netlink.bringUp(index: 1)
            try netlink.bringUp(
                index: interfaceIndex, mtu: mtu, queueLength: Self.transmitQueueLength)
            try netlink.addAddress(
                index: interfaceIndex, bytes: AddressPlan.bytes4(host: index),
                prefixLength: AddressPlan.prefixLength4)
            if mtu >= AddressPlan.minimumMTU6 {
                try netlink.addAddress(
                    index: interfaceIndex, bytes: AddressPlan.bytes6(host: index),
                    prefixLength: AddressPlan.prefixLength6)
            }
            self.netlink = consume netlink
        } catch {
            throw LabError(error, doing: "configure the interface of host \(name)")
        }
        return tun
    }

    /// Takes from the host's interface every timer of TCP that could matter within a run, as the
    /// set-up has done for its kernel: what it sends then follows from what it gets alone.
    ///
    /// The decisive one is the limit of one segment a packet: without it, a sender puts off a
    /// packet of several segments by up to a millisecond of real time (tcp_tso_should_defer in
    /// net/ipv4/tcp_output.c), and no two runs are alike.
    func becomeTimeless(mtu: Int) throws {
        do throws(SystemError) {
            try netlink?.limitSegments(index: interfaceIndex, to: 1)
            try netlink?.quietRoute(
                index: interfaceIndex, source: AddressPlan.bytes4(host: index),
                prefixLength: AddressPlan.prefixLength4,
                shortestTimeoutMilliseconds: Self.shortestTimeoutMilliseconds)
            if mtu >= AddressPlan.minimumMTU6 {
                try netlink?.quietRoute(
                    index: interfaceIndex, source: AddressPlan.bytes6(host: index),
                    prefixLength: AddressPlan.prefixLength6,
                    shortestTimeoutMilliseconds: Self.shortestTimeoutMilliseconds)
            }
        } catch {
            throw LabError(error, doing: "quiet the interface of host \(name)")
        }
    }

    /// Of real time, and far above what a run of a scenario takes.
    private static let shortestTimeoutMilliseconds: UInt32 = 100_000_000

    /// The descriptor to watch for messages of process 1.
    var messageDescriptor: Int32 { channel.descriptor.raw }

    /// Messages came while an answer was waited for: nothing will make the descriptor readable for
    /// them.
    var hasWaitingMessages: Bool { !inbox.isEmpty }

    /// The next message if one is there; throws when process 1 is gone.
    func nextMessage() throws(SystemError) -> InitMessage? {
        if !inbox.isEmpty { return inbox.removeFirst() }
        guard try channel.waitReadable(milliseconds: 0) else { return nil }
        return try channel.receive().message
    }

    /// Sends a request and waits for its answer.
    func ask(_ request: InitMessage, descriptors: [Int32] = []) throws(SystemError) -> (
        message: InitMessage, descriptors: [Int32]
    ) {
        var request = request
        request.id = nextID
        nextID += 1
        try channel.send(request, descriptors: descriptors)
        while true {
            let (message, descriptors) = try receiveWithinLimit()
            if message.id == request.id { return (message, descriptors) }
            inbox.append(message)
        }
    }

    /// Packets that were lost because the fabric did not read the interface in time.
    func droppedBeforeFabric() -> UInt64 {
        (try? netlink?.droppedPackets(index: interfaceIndex)) ?? 0
    }

    /// Kills the host without waiting for its end.
    func kill() { initProcess.kill() }

    /// Process 1 as the machine sees it.
    var processID: Int32 { initProcess.pid }

    /// Makes a veth pair from this host to another, with addresses from 10.78.0.0/24: what the
    /// fabric is compared with. Needs root: the pair joins two user namespaces that know nothing of
    /// each other.
    func connectDirectly(to other: HostSandbox, mtu: Int) throws(SystemError) {
        let (index, otherIndex): (Int32, Int32) = (100, 101)
        try Netlink().addVethPair(
            index: index, process: processID, peerIndex: otherIndex, peerProcess: other.processID,
            mtu: mtu)
        try netlink?.addAddress(index: index, bytes: [10, 78, 0, 1], prefixLength: 24)
        try other.netlink?.addAddress(index: otherIndex, bytes: [10, 78, 0, 2], prefixLength: 24)
        try netlink?.bringUp(index: index)
        try other.netlink?.bringUp(index: otherIndex)
    }

    /// Kills the host and waits until its last process is gone.
    func leave() {
        initProcess.kill()
        while initProcess.collect() == nil {
            // The pidfd becomes readable at the end of the process.
            _ = try? initProcess.pidfd.waitReadable(milliseconds: 1_000)
        }
    }

    private func receiveWithinLimit() throws(SystemError) -> (
        message: InitMessage, descriptors: [Int32]
    ) {
        guard try channel.waitReadable(milliseconds: Self.answerLimitMilliseconds) else {
            throw SystemError(number: 110, call: "wait for process 1 of host \(name)")
        }
        return try channel.receive()
    }

    /// The answer to the set-up. A process 1 that cannot even start says so by its exit code.
    private func receiveSetUp() throws -> (message: InitMessage, descriptors: [Int32]) {
        do throws(SystemError) {
            return try receiveWithinLimit()
        } catch {
            let ending = initProcess.collect().map { WaitStatus($0).words } ?? "is silent"
            throw LabError(
                error, doing: "process 1 of host \(name) \(ending)",
                cure: "rebuild: commy and commy-init must be of one build")
        }
    }

    private static func describe(degradations flags: UInt32) -> [String] {
        var result: [String] = []
        if flags & 1 != 0 { result.append("/proc shows the machine's processes") }
        if flags & 2 != 0 { result.append("the file system is not read-only") }
        if flags & 4 != 0 { result.append("/sys shows the machine's interfaces") }
        return result
    }

    deinit {
        initProcess.kill()
        // A host that was left is collected already; this one must not stay a zombie.
        _ = try? initProcess.pidfd.waitReadable(milliseconds: 5_000)
        _ = initProcess.collect()
    }
}
