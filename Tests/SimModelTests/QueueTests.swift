import CommyBase
import Testing

@testable import SimModel

@Suite struct QueueTests {
    /// 8 Mbit/s: 1,000 bytes take one millisecond.
    static func conditions(_ limit: QueueConditions.Limit) -> LinkConditions {
        var conditions = LinkConditions.ideal
        conditions.rateBitsPerSecond = 8_000_000
        conditions.queue.limit = limit
        return conditions
    }
    static let millisecond: Int64 = 1_000_000

    @Test func `packets leave exactly at the rate`() {
        var driver = FabricDriver(Self.conditions(.bytes(1_000_000)))
        for index in 0..<100 { driver.send(index, at: 0) }
        driver.run()
        #expect(driver.deliveries.map(\.due.nanoseconds) == (1...100).map { $0 * Self.millisecond })
        #expect(
            driver.deliveries.map(\.queueingNanoseconds) == (1...100).map { $0 * Self.millisecond })
        #expect(!driver.deliveries[0].flags.contains(.queued))
        #expect(driver.deliveries[1].flags.contains(.queued))
    }

    @Test func `fractions of a nanosecond are not lost over a busy period`() {
        var conditions = Self.conditions(.bytes(10_000_000))
        conditions.rateBitsPerSecond = 9e9
        var driver = FabricDriver(conditions)
        for index in 0..<9_000 { driver.send(index, bytes: 1_000, at: 0) }
        driver.run()
        let end = driver.deliveries.last?.due.nanoseconds ?? 0
        #expect((7_999_999...8_000_000).contains(end))
    }

    @Test(arguments: [
        QueueConditions.Limit.bytes(5_000), .time(.milliseconds(5)),
    ])
    func `drop-tail holds its limit besides the packet being sent`(limit: QueueConditions.Limit) {
        var driver = FabricDriver(Self.conditions(limit))
        for index in 0..<10 { driver.send(index, at: 0) }
        #expect(driver.drops.map(\.handle) == [6, 7, 8, 9])
        #expect(driver.drops.allSatisfy { $0.reason == .queueFull })
        driver.run()
        #expect(driver.deliveries.count == 6)
    }

    @Test func `a larger packet than the MTU vanishes`() {
        var conditions = LinkConditions.ideal
        conditions.maximumPacketBytes = 1_000
        var driver = FabricDriver(conditions)
        driver.send(0, bytes: 1_000, at: 0)
        driver.send(1, bytes: 1_001, at: 0)
        #expect(driver.deliveries.map(\.handle) == [0])
        #expect(driver.drops == [Drop(handle: 1, link: LinkIndex(0), reason: .tooBig)])
    }

    @Test func `a new rate holds for the rest of the packet being sent and for the queue`() {
        var driver = FabricDriver(Self.conditions(.bytes(100_000)))
        for index in 0..<3 { driver.send(index, at: 0) }
        driver.set({ $0.rateBitsPerSecond = 4_000_000 }, at: Self.millisecond / 2)
        driver.run()
        #expect(driver.deliveries.map(\.due.nanoseconds) == [1_500_000, 3_500_000, 5_500_000])
    }

    @Test func `a rate that is taken away empties the queue at once, in order`() {
        var driver = FabricDriver(Self.conditions(.bytes(100_000)))
        for index in 0..<3 { driver.send(index, at: 0) }
        driver.set({ $0.rateBitsPerSecond = nil }, at: 10)
        #expect(driver.deliveries.map(\.handle) == [0, 1, 2])
        #expect(driver.deliveries.allSatisfy { $0.due.nanoseconds == 10 })
        driver.run()
        #expect(driver.deliveries.count == 3)
    }

    @Test func `a cut destroys what is queued, being sent and under way, even if it heals at once`()
    {
        var conditions = Self.conditions(.bytes(100_000))
        conditions.latency = .milliseconds(10)
        var driver = FabricDriver(conditions)
        for index in 0..<5 { driver.send(index, at: 0) }
        driver.set({ $0.isCut = true }, at: 2 * Self.millisecond + 1)
        driver.send(5, at: 2 * Self.millisecond + 2)
        #expect(driver.drops.map(\.handle) == [0, 1, 2, 3, 4, 5])
        #expect(driver.drops.allSatisfy { $0.reason == .cut })
        driver.set({ $0.isCut = false }, at: 3 * Self.millisecond)
        driver.send(6, at: 3 * Self.millisecond)
        driver.run()
        #expect(driver.deliveries.map(\.handle) == [6])
        #expect(driver.deliveries[0].due.nanoseconds == 14 * Self.millisecond)
    }
}
