import CommyBase
import Testing

@testable import SimModel

/// Bounds are 5.5 standard deviations or more: a false alarm is below 1e-7 for each comparison.
@Suite struct LossTests {
    static let seeds: [UInt64] = [1, 2, 3, 42, 0xdead_beef]
    static let packets = 20_000

    /// Which packets are lost, in order.
    static func lost(_ loss: Loss, seed: UInt64, packets: Int = packets) -> [Bool] {
        var conditions = LinkConditions.ideal
        conditions.loss = loss
        var driver = FabricDriver(conditions, seed: seed)
        for index in 0..<packets { driver.send(index, at: Int64(index)) }
        var result = [Bool](repeating: false, count: packets)
        for drop in driver.drops { result[Int(drop.handle)] = true }
        #expect(driver.deliveries.count + driver.drops.count == packets)
        return result
    }

    static func runs(of value: Bool, in sequence: [Bool]) -> [Int] {
        sequence.split(separator: !value).map(\.count)
    }

    @Test(arguments: seeds, [0.001, 0.05, 0.5])
    func `Bernoulli loses its share, within the binomial bound`(seed: UInt64, p: Double) {
        let count = Double(Self.lost(.bernoulli(p), seed: seed).count { $0 })
        let n = Double(Self.packets)
        #expect((count - n * p).magnitude <= 6 * (n * p * (1 - p)).squareRoot() + 6)
    }

    @Test(arguments: seeds)
    func `Bernoulli losses are independent of their predecessors`(seed: UInt64) {
        let p = 0.3
        let lost = Self.lost(.bernoulli(p), seed: seed)
        let n = Double(Self.packets - 1)
        // Serial test: pairs of neighbours are both lost with probability p squared.
        let both = Double(zip(lost, lost.dropFirst()).count { $0 && $1 })
        let pairVariance = n * (p * p * (1 - p * p) + 2 * p * p * p * (1 - p))
        #expect((both - n * p * p).magnitude <= 6 * pairVariance.squareRoot())
        // Runs test (Wald and Wolfowitz).
        let runs = Double(Self.runs(of: true, in: lost).count)
        #expect((runs - n * p * (1 - p)).magnitude <= 6 * (n * p * (1 - p)).squareRoot())
    }

    @Test(arguments: seeds)
    func `Gilbert-Elliott bursts are geometric with mean 1 over r`(seed: UInt64) {
        let (p, r) = (0.05, 0.4)
        let model = GilbertElliott(goodToBad: p, badToGood: r)
        // Enough bursts that a mean that is 15 % off is seen.
        let lost = Self.lost(.gilbertElliott(model), seed: seed, packets: 60_000)
        let n = Double(lost.count)
        // The share of lost packets; the chain's correlation inflates the variance of the mean.
        let share = p / (p + r)
        let inflation = (2 - p - r) / (p + r)
        let deviation = (share * (1 - share) * inflation / n).squareRoot()
        #expect((Double(lost.count { $0 }) / n - share).magnitude <= 6 * deviation)
        let bursts = Self.runs(of: true, in: lost)
        let count = Double(bursts.count)
        let mean = Double(bursts.reduce(0, +)) / count
        #expect((mean - 1 / r).magnitude <= 6 * ((1 - r) / (r * r) / count).squareRoot())
        // Chi-square of lengths 1...6 and longer against the geometric distribution.
        var chi = 0.0
        var tail = 1.0
        for length in 1...6 {
            let expected = count * tail * r
            tail *= 1 - r
            let seen = Double(bursts.count { $0 == length })
            chi += (seen - expected) * (seen - expected) / expected
        }
        let seen = Double(bursts.count { $0 > 6 })
        chi += (seen - count * tail) * (seen - count * tail) / (count * tail)
        // 6 degrees of freedom: 38.3 is exceeded with probability 1e-6, 43.5 with 1e-7.
        #expect(chi <= 43.5)
    }

    @Test(arguments: seeds)
    func `Gilbert-Elliott loses with k and h in its two states`(seed: UInt64) {
        let model = GilbertElliott(
            goodToBad: 0.1, badToGood: 0.3, lossInGood: 0.02, lossInBad: 0.5)
        let lost = Self.lost(.gilbertElliott(model), seed: seed)
        let expected = 0.75 * 0.02 + 0.25 * 0.5
        // Variance of the mean is at most that of the fully correlated state, inflated by 4.
        let deviation = (expected * (1 - expected) * 4 / Double(Self.packets)).squareRoot()
        #expect(
            (Double(lost.count { $0 }) / Double(Self.packets) - expected).magnitude <= 6 * deviation
        )
    }

    @Test func `one-packet flows meet the stationary loss`() {
        var conditions = LinkConditions.ideal
        conditions.loss = .gilbertElliott(GilbertElliott(goodToBad: 0.05, badToGood: 0.2))
        var driver = FabricDriver(conditions)
        for index in 0..<Self.packets {
            driver.send(index, flow: UInt64(index), at: Int64(index))
        }
        let n = Double(Self.packets)
        #expect((Double(driver.drops.count) - n * 0.2).magnitude <= 6 * (n * 0.16).squareRoot())
    }
}
