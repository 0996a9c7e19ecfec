internal import Foundation

/// Runs the two demo scenarios again and again, half of the rounds with both processors kept busy,
/// and counts the verdicts.
///
/// On an idle machine every run must pass. On a busy one it may also be inconclusive, but never
/// fail.
struct VerdictCampaign {
    private let products: Products
    private static let scenarios = [
        "Scenarios/failover/crash-behind-a-load-balancer.yaml",
        "Scenarios/failover/one-way-cut.yaml",
    ]

    init() throws {
        products = try Products()
    }

    func run(rounds: Int, tell: (String) -> Void) throws -> [String] {
        var failures: [String] = []
        for isBusy in [false, true] {
            let load = isBusy ? try ProcessorLoad() : nil
            defer { load?.stop() }
            for scenario in Self.scenarios {
                var counts = [Int](repeating: 0, count: 4)
                for round in 1...rounds {
                    let status = try verdict(of: scenario)
                    counts[min(3, Int(status))] += 1
                    if status != 0 && !(isBusy && status == 2) {
                        failures.append("\(scenario), round \(round), busy \(isBusy): \(status)")
                    }
                }
                tell(
                    "\(scenario), \(isBusy ? "busy" : "idle"): \(counts[0]) passed, "
                        + "\(counts[1]) failed, \(counts[2]) inconclusive, \(counts[3]) errors")
            }
        }
        return failures
    }

    /// The exit code of one run.
    private func verdict(of scenario: String) throws -> Int32 {
        let reports = NSTemporaryDirectory() + "commy-verdict-\(UInt32.random(in: 0 ... .max))"
        defer { try? FileManager.default.removeItem(atPath: reports) }
        let harness = try products.startScenario(scenario, reports: reports)
        harness.waitUntilExit()
        return harness.terminationStatus
    }
}
