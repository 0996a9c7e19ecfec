import CommyBase
import Testing

@testable import SimModel

/// RFC 8289's pseudo-code, section 5, transcribed with its own names and structure.
// swift-format-ignore: AlwaysUseLowerCamelCase
private struct RFC8289 {
    let TARGET: Int64
    let INTERVAL: Int64
    let maxpacket_: Int
    var queue: [(handle: Int, bytes: Int, tstamp: Int64)] = []
    var dropped: [Int] = []
    var first_above_time_: Int64 = 0
    var drop_next_: Int64 = 0
    var count_: UInt32 = 0
    var lastcount_: UInt32 = 0
    var dropping_ = false

    func control_law(_ t: Int64, _ count: UInt32) -> Int64 {
        t + Int64(Double(INTERVAL) / Double(count).squareRoot())
    }

    mutating func dodequeue(_ now: Int64) -> (p: (handle: Int, bytes: Int)?, ok_to_drop: Bool) {
        guard !queue.isEmpty else {
            first_above_time_ = 0
            return (nil, false)
        }
        let p = queue.removeFirst()
        var ok_to_drop = false
        let sojourn_time = now - p.tstamp
        let bytes = queue.reduce(0) { $0 + $1.bytes }
        if sojourn_time < TARGET || bytes <= maxpacket_ {
            first_above_time_ = 0
        } else if first_above_time_ == 0 {
            first_above_time_ = now + INTERVAL
        } else if now >= first_above_time_ {
            ok_to_drop = true
        }
        return ((p.handle, p.bytes), ok_to_drop)
    }

    mutating func dequeue(_ now: Int64) -> (handle: Int, bytes: Int)? {
        var r = dodequeue(now)
        if dropping_ {
            if !r.ok_to_drop { dropping_ = false }
            while now >= drop_next_ && dropping_ {
                if let p = r.p { dropped.append(p.handle) }
                count_ += 1
                r = dodequeue(now)
                if !r.ok_to_drop {
                    dropping_ = false
                } else {
                    drop_next_ = control_law(drop_next_, count_)
                }
            }
        } else if r.ok_to_drop {
            if let p = r.p { dropped.append(p.handle) }
            r = dodequeue(now)
            dropping_ = true
            let delta = count_ &- lastcount_
            count_ = 1
            if delta > 1 && now - drop_next_ < 16 * INTERVAL { count_ = delta }
            drop_next_ = control_law(now, count_)
            lastcount_ = count_
        }
        return r.p
    }
}

@Suite struct CoDelTests {
    @Test(arguments: [UInt64](1...8))
    func `every drop is the one that RFC 8289's pseudo-code makes`(seed: UInt64) {
        var random = RandomStream(key: RandomKey(seed: seed))
        var conditions = LinkConditions.ideal
        conditions.rateBitsPerSecond = 8_000_000
        conditions.queue = QueueConditions(
            limit: .bytes(10_000_000),
            discipline: .codel(target: .milliseconds(5), interval: .milliseconds(100)))
        var driver = FabricDriver(conditions)
        var model = RFC8289(TARGET: 5_000_000, INTERVAL: 100_000_000, maxpacket_: 1_500)
        var busyUntil: Int64 = -1
        var sent: [Int] = []
        // Serve the reference up to an instant; it is idle from `busyUntil` on.
        func serve(until now: Int64, _ model: inout RFC8289) {
            while busyUntil >= 0, busyUntil < now {
                let start = busyUntil
                guard let packet = model.dequeue(start) else {
                    busyUntil = -1
                    break
                }
                sent.append(packet.handle)
                busyUntil = start + Int64(packet.bytes) * 1_000
            }
        }
        var now: Int64 = 1
        for handle in 0..<4_000 {
            // Phases of overload and of rest, so that dropping begins, ends and begins again.
            let load = (handle / 400) % 2 == 0 ? 0.75 : 1.2
            now += Int64(random.nextUnit() * 2 * 750_000 * load) * 2 + 1
            let bytes = 100 + Int(random.nextUnit() * 3_000)
            serve(until: now, &model)
            driver.send(handle, bytes: bytes, at: now)
            model.queue.append((handle, bytes, now))
            if busyUntil < 0, let packet = model.dequeue(now) {
                sent.append(packet.handle)
                busyUntil = now + Int64(packet.bytes) * 1_000
            }
        }
        serve(until: .max, &model)
        driver.run()
        #expect(model.dropped.count > 20)
        #expect(driver.drops.map { Int($0.handle) } == model.dropped)
        #expect(driver.drops.allSatisfy { $0.reason == .codel })
        #expect(driver.deliveries.map { Int($0.handle) } == sent)
    }
}
