/// Values with an owner (connections, streams) under numbers that are never confused: after a
/// value has left, its slot names nothing, also when its place has a new tenant.
///
/// Places are reused, lowest first-freed last; nothing is allocated below the largest count so far.
@safe
public struct SlotTable<Value: ~Copyable>: ~Copyable {
    /// The most values at a time.
    public let limit: Int
    public private(set) var count = 0
    /// Memory for `capacity` values, initialised where `isUsed` says so.
    @usableFromInline var values: UnsafeMutablePointer<Value>
    private var capacity = 0
    /// By place; they grow as places come into use.
    @usableFromInline var isUsed: [Bool] = []
    @usableFromInline var generations: [UInt32] = []
    private var free: [UInt32] = []

    public init(limit: Int) {
        precondition(limit > 0 && limit <= Int(UInt32.max))
        self.limit = limit
        unsafe values = .allocate(capacity: 0)
    }

    deinit {
        for index in isUsed.indices where isUsed[index] {
            unsafe (values + index).deinitialize(count: 1)
        }
        unsafe values.deallocate()
    }

    public var isFull: Bool { count == limit }

    /// The table must not be full.
    public mutating func insert(_ value: consuming Value) -> Slot {
        precondition(!isFull, "ask isFull before")
        let index: UInt32
        if let reused = free.popLast() {
            index = reused
        } else {
            index = UInt32(generations.count)
            if generations.count == capacity { grow() }
            generations.append(0)
            isUsed.append(false)
        }
        unsafe (values + Int(index)).initialize(to: value)
        isUsed[Int(index)] = true
        count += 1
        return Slot(index: index, generation: generations[Int(index)])
    }

    /// Takes the value out; nil when the slot names nothing.
    public mutating func remove(_ slot: Slot) -> Value? {
        guard contains(slot) else { return nil }
        let index = Int(slot.index)
        generations[index] = (generations[index] &+ 1) & Slot.generationMask
        free.append(slot.index)
        count -= 1
        isUsed[index] = false
        return unsafe (values + index).move()
    }

    @inlinable public func contains(_ slot: Slot) -> Bool {
        let index = Int(slot.index)
        return index < isUsed.count && isUsed[index] && generations[index] == slot.generation
    }

    /// Runs `body` on the value in its place; nil when the slot names nothing.
    @inlinable public mutating func with<Result: ~Copyable, Failure: Error>(
        _ slot: Slot, _ body: (inout Value) throws(Failure) -> Result
    ) throws(Failure) -> Result? {
        guard contains(slot) else { return nil }
        return unsafe try body(&values[Int(slot.index)])
    }

    /// The first slot in use whose place is not below `index`: walk all with
    /// `slot(from: previous.index + 1)`, in the order of places.
    public func slot(from index: UInt32 = 0) -> Slot? {
        var index = Int(index)
        while index < isUsed.count {
            if isUsed[index] {
                return Slot(index: UInt32(index), generation: generations[index])
            }
            index += 1
        }
        return nil
    }

    private mutating func grow() {
        let larger = max(8, capacity * 2)
        let moved = UnsafeMutablePointer<Value>.allocate(capacity: larger)
        // Every place is in use, or no place would be missing.
        unsafe moved.moveInitialize(from: values, count: capacity)
        unsafe values.deallocate()
        unsafe values = unsafe moved
        capacity = larger
    }
}
