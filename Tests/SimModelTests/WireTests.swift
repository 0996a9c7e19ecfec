import CommyBase
import Testing

@testable import SimModel

@Suite struct WireTests {
    static let seeds: [UInt64] = [1, 2, 3, 42]
    static let packets = 10_000
    static let millisecond: Int64 = 1_000_000

    static func delays(_ jitter: Jitter, seed: UInt64) -> [Double] {
        var conditions = LinkConditions.ideal
        conditions.latency = .seconds(1)
        conditions.jitter = jitter
        var driver = FabricDriver(conditions, seed: seed)
        for index in 0..<packets { driver.send(index, at: Int64(index)) }
        driver.run()
        return driver.deliveries.map {
            Double($0.due.nanoseconds - $0.entered.nanoseconds - 1_000_000_000) / 1e6
        }
    }

    /// Kolmogorov-Smirnov distance times the root of n; 2.7 is exceeded with probability 1e-6.
    static func distance(_ samples: [Double], _ cdf: (Double) -> Double) -> Double {
        let sorted = samples.sorted()
        let n = Double(sorted.count)
        var worst = 0.0
        for (index, sample) in sorted.enumerated() {
            let p = cdf(sample)
            worst = max(worst, p - Double(index) / n, Double(index + 1) / n - p)
        }
        return worst * n.squareRoot()
    }

    @Test(arguments: seeds) func `uniform jitter is uniform`(seed: UInt64) {
        let samples = Self.delays(
            Jitter(amount: .milliseconds(10), distribution: .uniform, keepsOrder: false), seed: seed
        )
        #expect(Self.distance(samples) { min(max(($0 + 10) / 20, 0), 1) } <= 2.8)
    }

    @Test(arguments: seeds) func `normal jitter is normal`(seed: UInt64) {
        let samples = Self.delays(
            Jitter(amount: .milliseconds(10), distribution: .normal, keepsOrder: false), seed: seed)
        #expect(Self.distance(samples) { Self.normalCDF($0 / 10) } <= 2.8)
    }

    @Test(arguments: seeds) func `Pareto jitter is Pareto with shape 3`(seed: UInt64) {
        let samples = Self.delays(
            Jitter(amount: .milliseconds(10), distribution: .pareto, keepsOrder: false), seed: seed)
        let deviation = 0.75.squareRoot()
        #expect(
            Self.distance(samples) {
                let x = $0 / 10 * deviation + 1.5
                return x <= 1 ? 0 : 1 - 1 / (x * x * x)
            } <= 2.8)
    }

    @Test(arguments: seeds) func `table jitter follows its table`(seed: UInt64) {
        let samples = Self.delays(
            Jitter(amount: .milliseconds(10), distribution: .table([-1, 0, 4]), keepsOrder: false),
            seed: seed)
        #expect(
            Self.distance(samples) { sample in
                let x = min(max(sample / 10, -1), 4)
                return x < 0 ? (x + 1) / 2 : 0.5 + x / 8
            } <= 2.8)
    }

    @Test(arguments: seeds) func `jitter that keeps order never reorders`(seed: UInt64) {
        var conditions = LinkConditions.ideal
        conditions.latency = .milliseconds(20)
        conditions.jitter = Jitter(amount: .milliseconds(10), distribution: .normal)
        var driver = FabricDriver(conditions, seed: seed)
        for index in 0..<Self.packets { driver.send(index, at: Int64(index) * 1_000) }
        driver.run()
        #expect(driver.deliveries.map(\.handle) == (0..<UInt32(Self.packets)).map { $0 })
    }

    @Test(arguments: seeds) func `free jitter reorders`(seed: UInt64) {
        var conditions = LinkConditions.ideal
        conditions.latency = .milliseconds(20)
        conditions.jitter = Jitter(amount: .milliseconds(10), keepsOrder: false)
        var driver = FabricDriver(conditions, seed: seed)
        for index in 0..<1_000 { driver.send(index, at: Int64(index) * 1_000) }
        driver.run()
        #expect(driver.deliveries.map(\.handle) != (0..<1_000).map { $0 })
    }

    @Test(arguments: seeds)
    func `duplicates, corruption and hold-back happen at their rates`(seed: UInt64) {
        var conditions = LinkConditions.ideal
        conditions.latency = .milliseconds(5)
        conditions.duplicate = 0.1
        conditions.corrupt = 0.2
        conditions.reorder = Reorder(probability: 0.05, holdBack: .milliseconds(3))
        var driver = FabricDriver(conditions, seed: seed)
        for index in 0..<Self.packets { driver.send(index, at: Int64(index) * Self.millisecond) }
        driver.run()
        let originals = driver.deliveries.filter { !$0.flags.contains(.duplicate) }
        let n = Double(Self.packets)
        func bound(_ p: Double) -> Double { 6 * (n * p * (1 - p)).squareRoot() }
        #expect((Double(driver.duplicates.count) - n * 0.1).magnitude <= bound(0.1))
        #expect(driver.deliveries.count == Self.packets + driver.duplicates.count)
        let corrupted = originals.compactMap(\.corruptedBit)
        #expect((Double(corrupted.count) - n * 0.2).magnitude <= bound(0.2))
        #expect(corrupted.allSatisfy { 0..<8_000 ~= $0 })
        #expect(Self.distance(corrupted.map { (Double($0) + 0.5) / 8_000 }) { $0 } <= 2.8)
        let held = originals.filter { $0.flags.contains(.reordered) }
        #expect((Double(held.count) - n * 0.05).magnitude <= bound(0.05))
        #expect(held.allSatisfy { $0.propagationNanoseconds == 8 * Self.millisecond })
        #expect(
            originals.allSatisfy {
                $0.flags.contains(.reordered)
                    || $0.propagationNanoseconds == 5 * Self.millisecond
            })
    }

    /// The normal distribution function by the series 0.5 + phi(x)(x + x^3/3 + x^5/15 + ...).
    private static func normalCDF(_ x: Double) -> Double {
        guard x.magnitude < 7 else { return x < 0 ? 0 : 1 }
        var term = x
        var sum = x
        var odd = 3.0
        while term.magnitude > 1e-17 {
            term *= x * x / odd
            sum += term
            odd += 2
        }
        return 0.5 + sum * ElementaryFunctions.exp(-x * x / 2) * 0.398_942_280_401_432_7
    }
}
