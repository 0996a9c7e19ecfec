/// What an event is about: a kind (a case of the loop's owner), and a slot of a `SlotTable`.
///
/// 64 bits, as epoll hands them back: kind in the highest 8, generation in the next 24, index in
/// the lowest 32. The generation makes an event that was reported before a slot was closed, and is
/// looked at after that, name nothing.
public struct EventToken: Sendable, Hashable {
    public let rawValue: UInt64

    public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// 255 is the reactor's own.
    public init(kind: UInt8, slot: Slot = Slot(index: 0, generation: 0)) {
        rawValue =
            UInt64(kind) << 56 | UInt64(slot.generation & Slot.generationMask) << 32
            | UInt64(slot.index)
    }

    public var kind: UInt8 { UInt8(truncatingIfNeeded: rawValue >> 56) }

    public var slot: Slot {
        Slot(
            index: UInt32(truncatingIfNeeded: rawValue),
            generation: UInt32(truncatingIfNeeded: rawValue >> 32) & Slot.generationMask)
    }
}

/// A place in a `SlotTable`, and which of its tenants is meant.
public struct Slot: Sendable, Hashable {
    public let index: UInt32
    /// 24 bits: a place must have had 16 million tenants within one wait for two to be confused.
    public let generation: UInt32

    public init(index: UInt32, generation: UInt32) {
        self.index = index
        self.generation = generation
    }

    @usableFromInline static let generationMask: UInt32 = 0xff_ffff
}
