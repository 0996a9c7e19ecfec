public import CommyLinux

/// Bytes between a stream and whoever reads or writes it: put in behind, taken out in front.
///
/// One piece of memory that doubles up to a stated limit and is then reused: no allocation in the
/// steady state. The bytes always lie in one piece.
@safe
public struct StreamBuffer: ~Copyable {
    /// It never holds more bytes.
    public let limit: Int
    private var memory: UnsafeMutableRawBufferPointer
    private var front = 0
    private var back = 0

    /// `reserving` bytes are there from the beginning.
    public init(limit: Int, reserving: Int = 0) {
        precondition(limit > 0 && reserving <= limit)
        self.limit = limit
        unsafe memory = .allocate(byteCount: reserving, alignment: 16)
    }

    deinit { unsafe memory.deallocate() }

    public var count: Int { back - front }
    public var isEmpty: Bool { back == front }
    /// How many more it takes.
    public var freeCount: Int { limit - count }

    /// Takes all of `bytes`, or nothing: false when there is no room.
    public mutating func append(_ bytes: RawSpan) -> Bool {
        guard bytes.byteCount <= freeCount else { return false }
        makeRoom(bytes.byteCount)
        unsafe bytes.withUnsafeBytes { source in
            guard let base = source.baseAddress else { return }
            unsafe (memory.baseAddress! + back).copyMemory(from: base, byteCount: source.count)
        }
        back += bytes.byteCount
        return true
    }

    /// Runs `body` on the bytes.
    public func withBytes<Result: ~Copyable, Failure: Error>(
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        unsafe try body(RawSpan(_unsafeBytes: contents))
    }

    /// The bytes, valid until the next change.
    public var contents: UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(rebasing: memory[front..<back])
    }

    /// Drops so many bytes in front.
    public mutating func consume(_ byteCount: Int) {
        precondition(byteCount >= 0 && byteCount <= count, "only what is there is consumed")
        front += byteCount
        if front == back { (front, back) = (0, 0) }
    }

    /// Free memory behind the bytes, at least `byteCount` (or what the limit leaves): write into
    /// its front, then call `filled`. Valid until the next change.
    public mutating func space(_ byteCount: Int) -> UnsafeMutableRawBufferPointer {
        makeRoom(min(byteCount, freeCount))
        let end = unsafe min(memory.count, front + limit)
        return unsafe UnsafeMutableRawBufferPointer(rebasing: memory[back..<end])
    }

    /// So many bytes were written into `space`.
    public mutating func filled(_ byteCount: Int) {
        let room = unsafe min(memory.count - back, freeCount)
        precondition(byteCount >= 0 && byteCount <= room, "no more than the space was filled")
        back += byteCount
    }

    /// What happened when a descriptor was read.
    public enum Filling: Sendable, Equatable {
        case bytes(Int)
        /// Nothing is there now.
        case wouldBlock
        case ended
        /// The limit is reached: consume first.
        case full
    }

    /// Reads once from `descriptor`, up to `byteCount` bytes.
    public mutating func fill(
        from descriptor: borrowing FileDescriptor, upTo byteCount: Int = 16_384
    ) throws(SystemError) -> Filling {
        guard freeCount > 0 else { return .full }
        guard let read = unsafe try descriptor.read(into: space(byteCount)) else {
            return .wouldBlock
        }
        filled(read)
        return read == 0 ? .ended : .bytes(read)
    }

    /// Makes room for so many bytes behind, within the limit.
    private mutating func makeRoom(_ byteCount: Int) {
        let held = self.count
        let size = unsafe memory.count
        guard back + byteCount > size else { return }
        if held + byteCount <= size / 2 || size == limit {
            // At most half of the memory is moved, once in half of it: amortised over the bytes.
            // At the limit it may be more, which only a producer that outruns its stream sees.
            unsafe memory.baseAddress?.copyMemory(
                from: memory.baseAddress! + front, byteCount: held)
        } else {
            let larger = UnsafeMutableRawBufferPointer.allocate(
                byteCount: min(limit, max(size * 2, held + byteCount, 1_024)), alignment: 16)
            unsafe larger.copyMemory(from: contents)
            unsafe memory.deallocate()
            unsafe memory = unsafe larger
        }
        (front, back) = (0, held)
    }
}
