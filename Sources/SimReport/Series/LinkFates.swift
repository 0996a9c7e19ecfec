internal import SimModel

/// What became of the packets that entered links.
struct LinkFates: Sendable, Equatable {
    private(set) var packets: UInt64 = 0
    private(set) var delivered: UInt64 = 0
    private(set) var duplicated: UInt64 = 0
    private(set) var corrupted: UInt64 = 0
    private(set) var reordered: UInt64 = 0
    /// By reason, in the order of first sight.
    private(set) var dropped: [DropCount] = []

    init(_ links: [LinkTotals]) {
        for link in links {
            packets += link.packets
            delivered += link.delivered
            duplicated += link.duplicated
            corrupted += link.corrupted
            reordered += link.reordered
            for drop in link.dropped { add(drop) }
        }
    }

    var droppedCount: UInt64 { dropped.reduce(0) { $0 + $1.count } }

    private mutating func add(_ drop: DropCount) {
        guard let place = dropped.firstIndex(where: { $0.reason == drop.reason }) else {
            dropped.append(drop)
            return
        }
        dropped[place].count += drop.count
    }
}
