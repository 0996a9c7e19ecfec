internal import Foundation

/// Runs every lockstep scenario of the repository again and again while every processor is busy,
/// and wants one trace of each.
///
/// Two scenarios run at a time, in another company each round: the order of the files turns. The
/// first round's reports are kept until the end; where a later trace is another one, both are.
struct LockstepCampaign {
    private let products: Products
    private let directory: String

    /// What one run came to.
    private struct Outcome: Decodable {
        let file: String
        let scenario: String
        let verdict: String
        let traceHash: String?
        let reason: String?

        enum CodingKeys: String, CodingKey {
            case file, scenario, verdict, reason
            case traceHash = "trace_hash"
        }
    }
    /// A line of `commy sim list`.
    private struct Listed: Decodable {
        let file: String
        let world: String
    }

    init() throws {
        products = try Products()
        directory = "\(products.root)/reports/soak-lockstep"
    }

    func run(rounds: Int, tell: (String) -> Void) throws -> [String] {
        try? FileManager.default.removeItem(atPath: directory)
        let listed = try scenarios()
        // A file with a matrix is several scenarios.
        let files = Set(listed.map(\.file)).sorted()
        let load = try ProcessorLoad()
        defer { load.stop() }
        var hashes: [String: String] = [:]
        var failures: [String] = []
        for round in 1...rounds {
            let begin = Date()
            let turn = files.indices.map { files[($0 + round * 7) % files.count] }
            let outcomes = try runOnce(turn, round)
            for outcome in outcomes {
                failures += judge(outcome, round, &hashes)
            }
            if outcomes.count != listed.count {
                failures.append("round \(round): \(outcomes.count) of \(listed.count) have run")
            }
            if round > 1 { removeReports(of: round, keeping: failures) }
            tell(
                "round \(round) of \(rounds): \(outcomes.count) scenarios in "
                    + "\(Int(Date().timeIntervalSince(begin))) s, \(failures.count) failures so far"
            )
        }
        tell("\(hashes.count) scenarios x \(rounds) rounds; \(Set(hashes.values).count) hashes")
        if failures.isEmpty { try? FileManager.default.removeItem(atPath: directory) }
        return failures
    }

    /// All that take minutes at most.
    private func scenarios() throws -> [Listed] {
        let lines = try products.output(of: [
            "list", "--json", "--filter", "smoke,full", "\(products.root)/Scenarios",
        ])
        let listed = try lines.split(separator: "\n").map {
            try JSONDecoder().decode(Listed.self, from: Data($0.utf8))
        }
        return listed.filter { $0.world == "lockstep" }
    }

    private func judge(
        _ outcome: Outcome, _ round: Int, _ hashes: inout [String: String]
    ) -> [String] {
        let name = outcome.scenario
        guard outcome.verdict == "pass", let hash = outcome.traceHash else {
            return ["round \(round): \(name): \(outcome.verdict) \(outcome.reason ?? "")"]
        }
        guard let first = hashes[name] else {
            hashes[name] = hash
            return []
        }
        guard first != hash else { return [] }
        return [
            "round \(round): \(name): trace \(hash.prefix(12)), in the first round "
                + "\(first.prefix(12)); " + difference(outcome.file, round)
        ]
    }

    /// The first line in which the two traces differ.
    private func difference(_ file: String, _ round: Int) -> String {
        let stem = URL(fileURLWithPath: file).deletingPathExtension().lastPathComponent
        func lines(_ round: Int) -> [Substring] {
            let reports = "\(directory)/round-\(round)"
            let report = (try? FileManager.default.contentsOfDirectory(atPath: reports))?
                .first { $0.hasPrefix(stem + "-") && !$0.hasSuffix("latest") }
            let path = "\(reports)/\(report ?? "")/lockstep.jsonl"
            return (try? String(contentsOfFile: path, encoding: .utf8))?.split(separator: "\n")
                ?? []
        }
        let (first, second) = (lines(1), lines(round))
        let place = zip(first, second).enumerated().first { $0.element.0 != $0.element.1 }?.offset
        guard let place else { return "one trace is the beginning of the other" }
        return "line \(place + 1):\n  < \(first[place])\n  > \(second[place])"
    }

    private func removeReports(of round: Int, keeping failures: [String]) {
        guard !failures.contains(where: { $0.hasPrefix("round \(round):") }) else { return }
        try? FileManager.default.removeItem(atPath: "\(directory)/round-\(round)")
    }

    private func runOnce(_ files: [String], _ round: Int) throws -> [Outcome] {
        let options = [
            "--report", "\(directory)/round-\(round)", "--json", "--capture", "off", "-j", "2",
        ]
        let lines = try products.output(of: ["run"] + files + options)
        return lines.split(separator: "\n").compactMap {
            try? JSONDecoder().decode(Outcome.self, from: Data($0.utf8))
        }
    }
}
