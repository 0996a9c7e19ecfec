internal import Foundation

/// Runs scenarios in real time again and again, half of the rounds with all processors kept busy,
/// and counts the verdicts.
///
/// On an idle machine every run must pass. On a busy one it may also be inconclusive, but never
/// fail.
struct VerdictCampaign {
    private let products: Products
    /// A tag of scenarios, and what else the command line says. Those with the tag `realtime` are
    /// lockstep ones that hold in real time too.
    private static let sets: [(tag: String, options: [String])] = [
        ("haproxy", []), ("realtime", ["--world", "realtime"]),
    ]
    /// In the order in which they are told.
    private static let verdicts = ["pass", "fail", "inconclusive", "error"]

    init() throws {
        products = try Products()
    }

    func run(rounds: Int, tell: (String) -> Void) throws -> [String] {
        var failures: [String] = []
        for isBusy in [false, true] {
            let load = isBusy ? try ProcessorLoad() : nil
            defer { load?.stop() }
            for (tag, options) in Self.sets {
                let runs = try self.runs(tag, options, rounds: rounds)
                if runs.isEmpty { failures.append("no scenario with the tag \(tag) was run") }
                failures += judge(runs, rounds, isBusy, tell)
            }
        }
        return failures
    }

    private func judge(
        _ runs: [Run], _ rounds: Int, _ isBusy: Bool, _ tell: (String) -> Void
    ) -> [String] {
        var failures: [String] = []
        let names = runs.reduce(into: [String]()) { names, run in
            if !names.contains(run.scenario) { names.append(run.scenario) }
        }
        for name in names {
            let own = runs.filter { $0.scenario == name }
            let counts = Self.verdicts.map { verdict in
                "\(own.count { $0.verdict == verdict }) \(verdict)"
            }
            let state = isBusy ? "busy" : "idle"
            tell("\(state): \(name): \(counts.joined(separator: ", "))")
            if own.count != rounds {
                failures.append("\(name): \(own.count) of \(rounds) runs")
            }
            for run in own where !Self.isRight(run.verdict, isBusy) {
                failures.append("\(state): \(name): \(run.verdict): \(run.reason ?? "")")
            }
        }
        return failures
    }

    private static func isRight(_ verdict: String, _ isBusy: Bool) -> Bool {
        verdict == "pass" || (isBusy && verdict == "inconclusive")
    }

    /// What `commy sim run --json` says of one run.
    private struct Run: Decodable {
        let scenario: String
        let verdict: String
        let reason: String?
    }

    private func runs(_ tag: String, _ options: [String], rounds: Int) throws -> [Run] {
        let place = NSTemporaryDirectory() + "commy-verdict-\(UInt32.random(in: 0 ... .max))"
        defer { try? FileManager.default.removeItem(atPath: place) }
        let arguments = [
            "run", "\(products.root)/Scenarios", "--filter", tag, "--repeat", "\(rounds)", "--json",
            "--capture", "off", "--report", place,
        ]
        let output = try products.output(of: arguments + options)
        return try output.split(separator: "\n").map {
            try JSONDecoder().decode(Run.self, from: Data($0.utf8))
        }
    }
}
