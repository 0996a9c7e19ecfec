internal import CLinux
internal import CommyBase
internal import CommyLinux
internal import Histogram
internal import SimModel

/// Carries packets between the hosts' TUN devices as the model says, at instants that its owner
/// gives: `FabricLoop` by the wall clock, `LockstepFabric` by a virtual one.
///
/// Everything about links is decided by `FabricModel`; this owns the packets' memory, their
/// captures and the count of what went wrong outside the model.
struct PacketMover: ~Copyable {
    var model: FabricModel
    let devices: [FileDescriptorNumber]
    let offload: Bool
    let hostNames: [String]
    var pool: PacketPool
    var flows = ConversationTable()
    var capture: Capture
    var lateness: [Histogram<UInt32>?] = []
    var now: MeshInstant
    /// What says how late a delivery was; nil where time stands still meanwhile.
    let stopwatch: MonotonicClock?
    /// Packets that had no slot, or that a host's kernel refused to take.
    var lostBeforeModel: UInt64 = 0
    /// Only under a virtual clock.
    var lockstep: LockstepTransit?

    init(
        _ setUp: FabricSetUp, writer: CaptureWriter, startingAt now: MeshInstant,
        stopwatch: MonotonicClock?
    ) {
        model = FabricModel(topology: setUp.topology, seed: setUp.seed)
        devices = setUp.devices
        offload = setUp.topology.offload
        hostNames = setUp.topology.hosts.map(\.name)
        let largest = offload ? 65_536 + VirtioHeader.byteCount : setUp.topology.mtu
        // Most packets are small, and pages of a slot that nothing was read into take no memory.
        pool = PacketPool(slotBytes: largest, memoryLimit: offload ? 4 << 30 : 256 << 20)
        capture = Capture(
            mode: setUp.capture, writer: writer, epochOffset: setUp.wallClockOfOrigin)
        self.now = now
        self.stopwatch = stopwatch
    }

    /// Reads at most `limit` packets of a host and does what the model decides at once; how many
    /// there were.
    mutating func readDevice(_ host: Int, limit: Int) throws(SystemError) -> Int {
        for done in 0..<limit {
            guard let handle = pool.take() else {
                lostBeforeModel += 1
                try discardPacket(host)
                return done
            }
            let slot = unsafe pool.slot(handle)
            let count = unsafe clinux_read(devices[host].raw, slot.baseAddress!, slot.count)
            guard count > 0 else {
                pool.release(handle)
                if count == -Int(EAGAIN) || count == -Int(EINTR) { return done }
                _ = try checked(count, "read a packet of host number \(host)")
                return done
            }
            pool.setByteCount(count, of: handle)
            enter(handle, from: host)
        }
        return limit
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
            canBeReset: header.transport == 6 && header.tcpFlags & ConnectionReset.resetFlag == 0,
            isIPv6: header.version == 6)
        if lockstep != nil {
            enterLockstep(handle, span, header, traits, from: host, to: destination)
        } else if offload {
            unsafe enterOffloaded(
                handle, packet, header, traits, from: host, to: destination,
                VirtioHeader(bytes))
        } else {
            submit(handle, byteCount: packet.count, segments: 1, traits, host, destination)
        }
    }

    /// What a link's decision may depend on, beside size and way.
    struct PacketTraits {
        var flow: UInt64
        var canBeReset: Bool
        var isIPv6: Bool
    }

    mutating func submit(
        _ handle: UInt32, byteCount: Int, segments: Int, _ traits: PacketTraits, _ source: Int,
        _ destination: Int
    ) {
        let facts = PacketFacts(
            handle: handle, byteCount: byteCount, flow: traits.flow, source: HostIndex(source),
            destination: HostIndex(destination), segmentCount: segments,
            canBeReset: traits.canBeReset, isIPv6: traits.isIPv6)
        lockstep?.note(facts)
        model.packetEntered(facts, at: now)
        // Under a virtual clock the owner drains when every device is empty.
        if lockstep == nil { _ = drain() }
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
    mutating func drain() -> MeshInstant {
        while true {
            switch model.nextOutput() {
            case .deliver(let delivery):
                if lockstep == nil { deliver(delivery) } else { arriveInLockstep(delivery) }
            case .drop(let drop):
                if lockstep == nil { self.drop(drop) } else { dropInLockstep(drop) }
            case .duplicated(let handle):
                pool.retain(handle)
                lockstep?.hold.duplicated(handle)
            case .wait(let until): return until
            }
        }
    }

    mutating func deliver(_ delivery: Delivery) {
        let bytes = unsafe pool.bytes(of: delivery.handle)
        let corrupted = delivery.corruptedBit
        if let corrupted { unsafe flip(corrupted, in: bytes) }
        let device = devices[Int(delivery.destination.value)].raw
        let written = unsafe clinux_write(device, bytes.baseAddress!, bytes.count)
        // The kernel refuses what is no IP packet any more (a flipped version field): lost, as on a
        // wire.
        if written < 0 && corrupted == nil { lostBeforeModel += 1 }
        if let stopwatch { now = stopwatch.now }
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

    mutating func drop(_ drop: Drop) {
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
}
