internal import CommyBase
internal import CommyLinux
internal import SimModel

/// The fabric's thread: reads packets from every host's TUN device, asks the model when and where
/// each is delivered, and writes it there at that instant.
///
/// Everything about links is decided by `FabricModel`; this loop owns descriptors, memory and the
/// clock. One turn: deliver what is due, wait for packets or the next instant (asleep until shortly
/// before it, then awake), read. Turns are bounded: at most `readBatch` packets a device.
struct FabricLoop: ~Copyable {
    /// How long before an instant the loop stops sleeping: a sleeping thread of a virtual machine
    /// wakes some tens of microseconds late.
    static let spin: Int64 = 60_000
    /// After a packet the loop looks for the next one this long before it sleeps: in a burst, a
    /// wake-up for each packet would cost more than the packet, and take the processor from its
    /// sender.
    static let linger: Int64 = 30_000
    /// The loop wakes at least this often, to see whether the machine lets it.
    static let heartbeat: Int64 = 10_000_000
    /// A wake-up this late is a stall that the report names: an order of magnitude over a busy
    /// machine's own.
    static let stallThreshold: Int64 = 5_000_000
    /// Packets that one turn reads from one device before the others have their turn.
    private static let readBatch = 64
    /// The token of the mailbox; devices have their host's number.
    private static let mailboxToken = UInt64.max

    private var mover: PacketMover
    private let mailbox: FabricMailbox
    private let clock: MonotonicClock
    private var epoll: Epoll
    private var isStopping = false
    /// When the previous turn had read its packets.
    private var turnEnd = MeshInstant.zero
    /// When a packet was last read.
    private var lastPacket = MeshInstant.zero

    init(
        _ setUp: FabricSetUp, clock: MonotonicClock, mailbox: FabricMailbox, writer: CaptureWriter
    ) throws(SystemError) {
        let epoll = try Epoll(capacity: 256)
        for (host, device) in setUp.devices.enumerated() {
            try epoll.add(device.raw, .readable, token: UInt64(host))
        }
        try epoll.add(mailbox.descriptor, .readable, token: Self.mailboxToken)
        self.epoll = epoll
        self.mailbox = mailbox
        self.clock = clock
        mover = PacketMover(setUp, writer: writer, startingAt: clock.now, stopwatch: clock)
    }

    /// Runs until it is told to stop; returns what the links did.
    mutating func run() throws(SystemError) -> FabricTotals {
        try MonotonicClock.sharpenTimersOfThisThread()
        // A network does not wait for its users' processors.
        MonotonicClock.preferThisThread()
        while !isStopping {
            mover.now = clock.now
            mover.model.advance(to: mover.now)
            let next = mover.drain()
            try waitAndRead(until: next)
        }
        mover.capture.finish()
        return mover.totals()
    }

    /// Sleeps or spins until `next`, a packet or a command, and reads what came.
    private mutating func waitAndRead(until next: MeshInstant) throws(SystemError) {
        let before = clock.now
        let untilNext = next == .never ? Self.heartbeat : (next - before).nanoseconds
        let isBusy = (before - lastPacket).nanoseconds < Self.linger
        let sleep = isBusy ? 0 : max(0, min(untilNext - Self.spin, Self.heartbeat))
        let count = try epoll.wait(nanoseconds: sleep)
        let now = clock.now
        mover.now = now
        // However the wait ended, it should not have lasted longer than was asked; and the rest of
        // a turn is short: a thread that lost its processor there was late for every packet too.
        noteStall(since: before, until: now, expected: sleep)
        noteStall(since: turnEnd, until: before)
        defer { turnEnd = clock.now }
        for index in 0..<count {
            let event = epoll.event(at: index)
            if event.token == Self.mailboxToken {
                serveMailbox()
            } else {
                let count = try mover.readDevice(Int(event.token), limit: Self.readBatch)
                if count > 0 { lastPacket = now }
            }
        }
    }

    private func noteStall(since before: MeshInstant, until now: MeshInstant, expected: Int64) {
        let late = (now - before).nanoseconds - expected
        if late > Self.stallThreshold {
            mailbox.add(stall: FabricStall(end: now, length: .nanoseconds(late)))
        }
    }

    private func noteStall(since begin: MeshInstant, until end: MeshInstant) {
        let length = end - begin
        if begin > .zero, length.nanoseconds > Self.stallThreshold {
            mailbox.add(stall: FabricStall(end: end, length: length))
        }
    }

    private mutating func serveMailbox() {
        for command in mailbox.takeCommands() {
            switch command {
            case .setConditions(let link, let conditions):
                mover.model.setConditions(of: link, to: conditions, at: mover.now)
            case .block(let pairs, let family):
                mover.model.block(pairs, of: family, at: mover.now)
            case .unblock(let pairs, let family):
                mover.model.unblock(pairs, of: family, at: mover.now)
            case .inspect(let pairs, let reply):
                reply.fulfil(with: FabricSnapshot(of: mover.model, pairs: pairs))
            case .select(let selector, let forCut, let reply):
                reply.fulfil(
                    with: FabricSelection(of: selector, forCut: forCut, in: &mover.model))
            case .stop:
                isStopping = true
            }
            _ = mover.drain()
        }
    }
}
