internal import CLinux
internal import CommyBase
internal import CommyLinux
internal import Histogram
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

    var model: FabricModel
    let mailbox: FabricMailbox
    private let clock: MonotonicClock
    private let devices: [FileDescriptorNumber]
    private let offload: Bool
    let hostNames: [String]
    private var epoll: Epoll
    private var pool: PacketPool
    private var flows = ConversationTable()
    var capture: Capture
    private var lateness: [Histogram<UInt32>?] = []
    var now: MeshInstant
    /// Packets that had no slot, or that a host's kernel refused to take.
    private var lostBeforeModel: UInt64 = 0
    private var isStopping = false
    /// When the previous turn had read its packets.
    private var turnEnd = MeshInstant.zero
    /// When a packet was last read.
    private var lastPacket = MeshInstant.zero

    init(
        _ setUp: FabricSetUp, model: consuming FabricModel, mailbox: FabricMailbox,
        writer: CaptureWriter
    )
        throws(SystemError)
    {
        let epoll = try Epoll(capacity: 256)
        for (host, device) in setUp.devices.enumerated() {
            try epoll.add(device.raw, .readable, token: UInt64(host))
        }
        try epoll.add(mailbox.descriptor, .readable, token: Self.mailboxToken)
        self.epoll = epoll
        self.model = model
        self.mailbox = mailbox
        clock = setUp.clock
        devices = setUp.devices
        offload = setUp.topology.offload
        hostNames = setUp.topology.hosts.map(\.name)
        let largest = offload ? 65_536 + VirtioHeader.byteCount : setUp.topology.mtu
        // Most packets are small, and pages of a slot that nothing was read into take no memory.
        pool = PacketPool(slotBytes: largest, memoryLimit: offload ? 4 << 30 : 256 << 20)
        capture = Capture(mode: setUp.capture, writer: writer, clock: setUp.clock)
        now = setUp.clock.now
    }

    /// Runs until it is told to stop; returns what the links did.
    mutating func run() throws(SystemError) -> FabricTotals {
        try MonotonicClock.sharpenTimersOfThisThread()
        // A network does not wait for its users' processors.
        MonotonicClock.preferThisThread()
        while !isStopping {
            now = clock.now
            model.advance(to: now)
            let next = drain()
            try waitAndRead(until: next)
        }
        capture.finish()
        return totals()
    }

    /// Sleeps or spins until `next`, a packet or a command, and reads what came.
    private mutating func waitAndRead(until next: MeshInstant) throws(SystemError) {
        let before = clock.now
        let untilNext = next == .never ? Self.heartbeat : (next - before).nanoseconds
        let isBusy = (before - lastPacket).nanoseconds < Self.linger
        let sleep = isBusy ? 0 : max(0, min(untilNext - Self.spin, Self.heartbeat))
        let count = try epoll.wait(nanoseconds: sleep)
        now = clock.now
        // However the wait ended, it should not have lasted longer than was asked; and the rest of
        // a turn is short: a thread that lost its processor there was late for every packet too.
        noteStall(since: before, expected: sleep)
        noteStall(since: turnEnd, until: before)
        defer { turnEnd = clock.now }
        for index in 0..<count {
            let event = epoll.event(at: index)
            if event.token == Self.mailboxToken {
                serveMailbox()
            } else {
                try readDevice(Int(event.token))
            }
        }
    }

    private func noteStall(since before: MeshInstant, expected: Int64) {
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

    private mutating func readDevice(_ host: Int) throws(SystemError) {
        for _ in 0..<Self.readBatch {
            guard let handle = pool.take() else {
                lostBeforeModel += 1
                try discardPacket(host)
                return
            }
            let slot = unsafe pool.slot(handle)
            let count = unsafe clinux_read(devices[host].raw, slot.baseAddress!, slot.count)
            guard count > 0 else {
                pool.release(handle)
                if count == -Int(EAGAIN) || count == -Int(EINTR) { return }
                _ = try checked(count, "read a packet of host number \(host)")
                return
            }
            pool.setByteCount(count, of: handle)
            lastPacket = now
            enter(handle, from: host)
        }
    }

    /// The kernel gives the packet up when it is read, whole or not.
    private func discardPacket(_ host: Int) throws(SystemError) {
        var byte: UInt8 = 0
        _ = unsafe clinux_read(devices[host].raw, &byte, 1)
    }

    /// A packet of a host: the model is told, and what it decides at once is done at once.
    private mutating func enter(_ handle: UInt32, from host: Int) {
        let prefix = offload ? VirtioHeader.byteCount : 0
        let bytes = unsafe UnsafeRawBufferPointer(pool.bytes(of: handle))
        let packet = unsafe UnsafeRawBufferPointer(rebasing: bytes[prefix...])
        let span = unsafe Span<UInt8>(_unsafeBytes: packet)
        guard let header = PacketHeader(span), let destination = self.host(at: header.destination),
            destination != host
        else {
            // Not for a host of the scenario: multicast, router solicitations, strangers.
            pool.release(handle)
            return
        }
        if capture.mode == .hosts {
            unsafe captureHost(host, packet, inbound: false, comment: nil)
        }
        let traits = PacketTraits(
            flow: flows.key(of: header, from: UInt32(host), to: UInt32(destination)),
            canBeReset: header.transport == 6 && header.tcpFlags & ConnectionReset.resetFlag == 0)
        if offload {
            unsafe enterOffloaded(
                handle, packet, header, traits, from: host, to: destination,
                VirtioHeader(bytes))
        } else {
            submit(handle, byteCount: packet.count, segments: 1, traits, host, destination)
        }
    }

    /// What a link's decision may depend on, beside size and way.
    private struct PacketTraits {
        var flow: UInt64
        var canBeReset: Bool
    }

    private mutating func submit(
        _ handle: UInt32, byteCount: Int, segments: Int, _ traits: PacketTraits, _ source: Int,
        _ destination: Int
    ) {
        model.packetEntered(
            PacketFacts(
                handle: handle, byteCount: byteCount, flow: traits.flow,
                source: HostIndex(source), destination: HostIndex(destination),
                segmentCount: segments, canBeReset: traits.canBeReset), at: now)
        _ = drain()
    }

    /// A super-packet goes whole where links only delay it, and in wire packets where their fates
    /// may differ.
    private mutating func enterOffloaded(
        _ handle: UInt32, _ packet: UnsafeRawBufferPointer, _ header: PacketHeader,
        _ traits: PacketTraits, from host: Int, to destination: Int, _ virtio: VirtioHeader
    ) {
        let cutter =
            virtio.segmentation == 0
            ? nil
            : unsafe SuperPacket(packet, header: header, segmentBytes: virtio.segmentBytes)
        let mustCut = model.hasPerPacketImpairments(
            from: HostIndex(host), to: HostIndex(destination))
        guard mustCut else {
            submit(
                handle, byteCount: packet.count, segments: cutter?.segmentCount ?? 1, traits,
                host, destination)
            return
        }
        guard let cutter, cutter.segmentCount > 1 else {
            completeChecksum(handle, header, virtio)
            submit(handle, byteCount: packet.count, segments: 1, traits, host, destination)
            return
        }
        for index in 0..<cutter.segmentCount {
            guard let segment = pool.take() else {
                lostBeforeModel += 1
                continue
            }
            let slot = unsafe pool.slot(segment)
            let prefix = VirtioHeader.byteCount
            unsafe slot.baseAddress?.initializeMemory(as: UInt8.self, repeating: 0, count: prefix)
            let count = unsafe cutter.write(
                segment: index, of: packet,
                to: UnsafeMutableRawBufferPointer(rebasing: slot[prefix...]))
            pool.setByteCount(prefix + count, of: segment)
            submit(segment, byteCount: count, segments: 1, traits, host, destination)
        }
        pool.release(handle)
    }

    /// Fills in a checksum that the kernel had left to the card, so that corruption is noticed.
    private func completeChecksum(
        _ handle: UInt32, _ header: PacketHeader, _ virtio: VirtioHeader
    ) {
        guard virtio.needsChecksum else { return }
        let bytes = unsafe pool.bytes(of: handle)
        let packet = unsafe UnsafeMutableRawBufferPointer(
            rebasing: bytes[VirtioHeader.byteCount...])
        unsafe TransportChecksum.fill(
            packet, isIPv6: header.version == 6, transport: header.transport,
            from: virtio.checksumStart, at: virtio.checksumStart + virtio.checksumOffset)
        unsafe bytes.baseAddress?.initializeMemory(
            as: UInt8.self, repeating: 0, count: VirtioHeader.byteCount)
    }

    /// The host that has an address. An IPv4 address has nothing in its high half, an IPv6 one of
    /// the plan has.
    func host(at address: PacketHeader.Address) -> Int? {
        address.high == 0
            ? AddressPlan.host(
                address4: UInt32(truncatingIfNeeded: address.low), hostCount: devices.count)
            : AddressPlan.host(address6: address.high, address.low, hostCount: devices.count)
    }

    /// The IP packet in a slot.
    func packetBytes(of handle: UInt32) -> UnsafeRawBufferPointer {
        let prefix = offload ? VirtioHeader.byteCount : 0
        return unsafe UnsafeRawBufferPointer(rebasing: pool.bytes(of: handle)[prefix...])
    }

    /// Does what the model says until it says to wait; returns until when.
    private mutating func drain() -> MeshInstant {
        while true {
            switch model.nextOutput() {
            case .deliver(let delivery): deliver(delivery)
            case .drop(let drop): self.drop(drop)
            case .duplicated(let handle): pool.retain(handle)
            case .wait(let until): return until
            }
        }
    }

    private mutating func deliver(_ delivery: Delivery) {
        let bytes = unsafe pool.bytes(of: delivery.handle)
        let corrupted = delivery.corruptedBit
        if let corrupted { unsafe flip(corrupted, in: bytes) }
        let device = devices[Int(delivery.destination.value)].raw
        let written = unsafe clinux_write(device, bytes.baseAddress!, bytes.count)
        // The kernel refuses what is no IP packet any more (a flipped version field): lost, as on a
        // wire.
        if written < 0 && corrupted == nil { lostBeforeModel += 1 }
        now = clock.now
        recordLateness(of: delivery)
        if capture.mode != .off { captureDelivery(delivery) }
        if let corrupted { unsafe flip(corrupted, in: bytes) }
        pool.release(delivery.handle)
    }

    /// Flips a bit of the packet; twice restores it for the other copies.
    private func flip(_ bit: Int, in bytes: UnsafeMutableRawBufferPointer) {
        let place = (offload ? VirtioHeader.byteCount : 0) + bit / 8
        guard place < bytes.count else { return }
        unsafe bytes[place] ^= 0x80 >> UInt8(bit % 8)
    }

    private mutating func drop(_ drop: Drop) {
        if capture.mode != .off { captureDrop(drop) }
        if drop.reason == .reset { tellBothEnds(of: drop.handle) }
        pool.release(drop.handle)
    }

    /// Resets the connection of a dropped segment: both ends get a RST at once, as from a box in
    /// the middle of the link.
    private func tellBothEnds(of handle: UInt32) {
        let packet = unsafe Span<UInt8>(_unsafeBytes: packetBytes(of: handle))
        guard let reset = ConnectionReset(of: packet) else { return }
        for answer in [reset.toSender, reset.toReceiver].compactMap(\.self) {
            guard let header = PacketHeader(answer.span), let end = host(at: header.destination)
            else { continue }
            let prefix = [UInt8](repeating: 0, count: offload ? VirtioHeader.byteCount : 0)
            let bytes = prefix + answer
            // A host that takes no packet any more needs no reset either.
            _ = unsafe bytes.withUnsafeBytes { bytes in
                unsafe clinux_write(devices[end].raw, bytes.baseAddress!, bytes.count)
            }
        }
    }

    private mutating func recordLateness(of delivery: Delivery) {
        let link = Int(delivery.lastLink.value)
        while lateness.count <= link { lateness.append(nil) }
        if lateness[link] == nil { lateness[link] = Self.emptyHistogram() }
        let late = max(0, (now - delivery.due).nanoseconds)
        lateness[link]?.record(UInt64(min(late, Self.largestLateness)))
    }

    private static var largestLateness: Int64 { 60_000_000_000 }

    /// Two digits: an error of 1 % in a figure of microseconds is nothing, and a histogram is some
    /// 20 KiB.
    private static func emptyHistogram() -> Histogram<UInt32> {
        Histogram<UInt32>(
            lowestDiscernibleValue: 64, highestTrackableValue: UInt64(largestLateness),
            numberOfSignificantValueDigits: .two)
    }

    private mutating func serveMailbox() {
        for command in mailbox.takeCommands() {
            switch command {
            case .setConditions(let link, let conditions):
                model.setConditions(of: link, to: conditions, at: now)
            case .block(let pairs):
                model.block(pairs, at: now)
            case .unblock(let pairs):
                model.unblock(pairs, at: now)
            case .inspect(let pairs, let reply):
                reply.fulfil(with: FabricSnapshot(of: model, pairs: pairs))
            case .select(let selector, let forCut, let reply):
                reply.fulfil(with: FabricSelection(of: selector, forCut: forCut, in: &model))
            case .stop:
                isStopping = true
            }
            _ = drain()
        }
    }

    private func totals() -> FabricTotals {
        var links: [LinkTotals] = []
        for link in model.materialisedLinks {
            let counters = model.counters(of: link)
            guard counters.packets > 0 else { continue }
            let place = Int(link.value)
            let histogram = place < lateness.count ? lateness[place] : nil
            let late = { (percentile: Double) in
                Int64(histogram?.valueAtPercentile(percentile) ?? 0)
            }
            let drops = DropReason.allCases.filter { counters.drops[$0] > 0 }
            links.append(
                LinkTotals(
                    link: model.name(of: link), packets: counters.packets, bytes: counters.bytes,
                    delivered: counters.delivered,
                    dropped: drops.map { DropCount(reason: $0.text, count: counters.drops[$0]) },
                    duplicated: counters.duplicated, corrupted: counters.corrupted,
                    reordered: counters.reordered, latenessP50Nanoseconds: late(50),
                    latenessP99Nanoseconds: late(99), latenessP999Nanoseconds: late(99.9),
                    latenessMaxNanoseconds: late(100)))
        }
        return FabricTotals(links: links, lostBeforeModel: lostBeforeModel)
    }
}
