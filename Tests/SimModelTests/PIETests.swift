import CommyBase
import Testing

@testable import SimModel

/// RFC 8033's pseudo-code (basic algorithm), transcribed with its own names; times in seconds.
// swift-format-ignore: AlwaysUseLowerCamelCase
private struct RFC8033 {
    let QDELAY_REF: Double
    let T_UPDATE: Double
    let MAX_BURST = 0.150
    let MEAN_PKTSIZE = 1_500
    var drop_prob_ = 0.0
    var burst_allowance_ = 0.0
    var qdelay_old_ = 0.0

    mutating func enque(current_qdelay: Double, byte_length: Int, u: Double) -> Bool {
        if drop_prob_ == 0 && current_qdelay < QDELAY_REF / 2 && qdelay_old_ < QDELAY_REF / 2 {
            burst_allowance_ = MAX_BURST
        }
        return burst_allowance_ <= 1e-12 && drop_early(byte_length, u)
    }

    func drop_early(_ byte_length: Int, _ u: Double) -> Bool {
        if (qdelay_old_ < QDELAY_REF / 2 && drop_prob_ < 0.2) || byte_length <= 2 * MEAN_PKTSIZE {
            return false
        }
        return u < drop_prob_
    }

    mutating func calculate_drop_prob(current_qdelay: Double) {
        var p = 0.125 * (current_qdelay - QDELAY_REF) + 1.25 * (current_qdelay - qdelay_old_)
        if drop_prob_ < 0.000001 {
            p /= 2048
        } else if drop_prob_ < 0.00001 {
            p /= 512
        } else if drop_prob_ < 0.0001 {
            p /= 128
        } else if drop_prob_ < 0.001 {
            p /= 32
        } else if drop_prob_ < 0.01 {
            p /= 8
        } else if drop_prob_ < 0.1 {
            p /= 2
        }
        drop_prob_ += p
        if current_qdelay == 0 && qdelay_old_ == 0 { drop_prob_ *= 0.98 }
        drop_prob_ = max(0, min(1, drop_prob_))
        qdelay_old_ = current_qdelay
        burst_allowance_ = max(0, burst_allowance_ - T_UPDATE)
    }
}

@Suite struct PIETests {
    @Test(arguments: [UInt64](1...8))
    func `every decision is the one that RFC 8033's pseudo-code makes`(seed: UInt64) {
        var random = RandomStream(key: RandomKey(seed: seed))
        var pie = PIE(targetNanoseconds: 15_000_000, updateIntervalNanoseconds: 15_000_000)
        var reference = RFC8033(QDELAY_REF: 0.015, T_UPDATE: 0.015)
        var backlog = 0
        var dropped = 0
        for step in 0..<20_000 {
            let arrivals = (step / 2_000) % 2 == 0 ? 0.9 : 0.45
            if random.nextUnit() < arrivals {
                let draw = random.nextUnit()
                let delay = Int64(backlog) * 1_000
                let isDropped = pie.packetCame(delay: delay, backlogBytes: backlog, draw: draw)
                let expected = reference.enque(
                    current_qdelay: Double(delay) / 1e9, byte_length: backlog, u: draw)
                #expect(isDropped == expected)
                if isDropped { dropped += 1 } else { backlog += 1_000 }
            }
            if step % 2 == 0 { backlog = max(0, backlog - 1_000) }
            if step % 20 == 0 {
                let delay = Int64(backlog) * 1_000
                pie.intervalPassed(delay: delay)
                reference.calculate_drop_prob(current_qdelay: Double(delay) / 1e9)
                #expect((pie.dropProbability - reference.drop_prob_).magnitude < 1e-9)
            }
        }
        #expect(dropped > 50)
    }

    @Test func `a link with PIE holds its delay near the target and rests when idle`() {
        var conditions = LinkConditions.ideal
        conditions.rateBitsPerSecond = 8_000_000
        conditions.queue = QueueConditions(
            limit: .bytes(10_000_000),
            discipline: .pie(target: .milliseconds(15), updateInterval: .milliseconds(15)))
        var driver = FabricDriver(conditions)
        for index in 0..<20_000 { driver.send(index, at: Int64(index) * 900_000) }
        driver.run()
        #expect(driver.drops.allSatisfy { $0.reason == .pie })
        let late = driver.deliveries.suffix(5_000).map { Double($0.queueingNanoseconds) / 1e6 }
        let mean = late.reduce(0, +) / Double(late.count)
        #expect((8...24).contains(mean))
        // Run has returned: no timer is left.
        #expect(driver.fabric.nextOutput() == .wait(until: .never))
    }
}
