internal import CommyBase
internal import Histogram
internal import SimModel

/// What the links did, and how late.
extension PacketMover {
    mutating func recordLateness(of delivery: Delivery) {
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

    func totals() -> FabricTotals {
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
        links += model.unroutedPackets.map { pair, packets, bytes in
            LinkTotals(
                link: pair, packets: packets, bytes: bytes, delivered: 0,
                dropped: [DropCount(reason: DropReason.noRoute.text, count: packets)],
                duplicated: 0, corrupted: 0, reordered: 0, latenessP50Nanoseconds: 0,
                latenessP99Nanoseconds: 0, latenessP999Nanoseconds: 0, latenessMaxNanoseconds: 0)
        }
        return FabricTotals(links: links, lostBeforeModel: lostBeforeModel)
    }
}
