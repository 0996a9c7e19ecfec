/// The memory of all packets that are under way: slots of one size, counted references, no
/// allocation per packet.
///
/// A slot is addressed by the handle that the model carries. Grows by chunks up to its limit; then
/// `take()` gives nil and the packet is lost, counted as the harness's own trouble.
@safe
struct PacketPool: ~Copyable {
    /// Bytes of a slot: the largest packet with its virtio header.
    let slotBytes: Int
    private let slotLimit: Int
    private static let slotsPerChunk = 256
    private var chunks: [UnsafeMutableRawPointer] = unsafe []
    private var free: [UInt32] = []
    /// Bytes in the slot, virtio header included.
    private var byteCounts: [UInt32] = []
    private var references: [UInt16] = []

    /// `memoryLimit` in bytes of address space.
    init(slotBytes: Int, memoryLimit: Int = 256 << 20) {
        self.slotBytes = (slotBytes + 63) & ~63
        slotLimit = memoryLimit / self.slotBytes
        grow()
    }

    deinit {
        for index in unsafe chunks.indices { unsafe chunks[index].deallocate() }
    }

    /// A slot with one reference, or nil when the pool is at its limit.
    mutating func take() -> UInt32? {
        if free.isEmpty { grow() }
        guard let handle = free.popLast() else { return nil }
        references[Int(handle)] = 1
        return handle
    }

    /// One more copy of the packet is under way.
    mutating func retain(_ handle: UInt32) {
        precondition(references[Int(handle)] > 0, "a packet that is not under way is copied")
        references[Int(handle)] += 1
    }

    /// One copy is done; the slot is free after the last.
    mutating func release(_ handle: UInt32) {
        precondition(references[Int(handle)] > 0, "a packet ends twice")
        references[Int(handle)] -= 1
        if references[Int(handle)] == 0 { free.append(handle) }
    }

    mutating func setByteCount(_ count: Int, of handle: UInt32) {
        precondition(count <= slotBytes)
        byteCounts[Int(handle)] = UInt32(count)
    }

    /// The packet's bytes.
    func bytes(of handle: UInt32) -> UnsafeMutableRawBufferPointer {
        unsafe UnsafeMutableRawBufferPointer(
            start: address(of: handle), count: Int(byteCounts[Int(handle)]))
    }

    /// The whole slot, to read a packet into.
    func slot(_ handle: UInt32) -> UnsafeMutableRawBufferPointer {
        unsafe UnsafeMutableRawBufferPointer(start: address(of: handle), count: slotBytes)
    }

    /// Slots in use.
    var takenCount: Int { references.count - free.count }

    private func address(of handle: UInt32) -> UnsafeMutableRawPointer {
        let chunk = Int(handle) / Self.slotsPerChunk
        let place = Int(handle) % Self.slotsPerChunk
        return unsafe chunks[chunk] + place * slotBytes
    }

    private mutating func grow() {
        let first = references.count
        guard first + Self.slotsPerChunk <= slotLimit else { return }
        unsafe chunks.append(
            .allocate(byteCount: slotBytes * Self.slotsPerChunk, alignment: 64))
        byteCounts.append(contentsOf: repeatElement(0, count: Self.slotsPerChunk))
        references.append(contentsOf: repeatElement(0, count: Self.slotsPerChunk))
        for slot in (first..<first + Self.slotsPerChunk).reversed() { free.append(UInt32(slot)) }
    }
}
