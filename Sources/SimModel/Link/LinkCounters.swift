/// What one directed link did so far. A super-packet counts as its segments.
public struct LinkCounters: Sendable, Equatable {
    /// Packets that reached the link, or would have if no partition had stopped them; dropped ones
    /// too. Duplicates made on the link are not among them.
    public var packets: UInt64 = 0
    public var bytes: UInt64 = 0
    /// Packets that reached the far end, copies too.
    public var delivered: UInt64 = 0
    public var duplicated: UInt64 = 0
    public var corrupted: UInt64 = 0
    public var reordered: UInt64 = 0
    /// Packets that met conditions other than the initial ones, and those that a cut destroyed: the
    /// proof that a fault on this link touched something.
    public var changedByFault: UInt64 = 0
    public var drops = DropCounts()

    public init() {}
}

/// One count for each `DropReason`, without a heap allocation.
public struct DropCounts: Sendable, Equatable {
    private var counts = InlineArray<10, UInt64>(repeating: 0)

    public init() {}

    public subscript(reason: DropReason) -> UInt64 {
        get { counts[Int(reason.rawValue)] }
        set { counts[Int(reason.rawValue)] = newValue }
    }

    public var total: UInt64 {
        var sum: UInt64 = 0
        for reason in DropReason.allCases { sum += self[reason] }
        return sum
    }

    public static func == (left: DropCounts, right: DropCounts) -> Bool {
        DropReason.allCases.allSatisfy { left[$0] == right[$0] }
    }
}
