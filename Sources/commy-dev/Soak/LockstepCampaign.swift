internal import Foundation

/// Runs every lockstep scenario of the repository again and again while every processor is busy,
/// and wants one trace of each.
///
/// Two scenarios run at a time, in another company each round: the order of the files turns. The
/// first round's reports are kept until the end; where a later trace is another one, both are.
struct LockstepCampaign {
    private let products: Products
    private let directory: String
    private static let scenarios = "Scenarios/lockstep"

    /// What one run came to.
    private struct Outcome: Decodable {
        let file: String
        let verdict: String
        let traceHash: String?
        let reason: String?

        enum CodingKeys: String, CodingKey {
            case file, verdict, reason
            case traceHash = "trace_hash"
        }
    }

    init() throws {
        products = try Products()
        directory = "\(products.root)/reports/soak-lockstep"
    }

    func run(rounds: Int, tell: (String) -> Void) throws -> [String] {
        try? FileManager.default.removeItem(atPath: directory)
        let files = try FileManager.default
            .contentsOfDirectory(atPath: "\(products.root)/\(Self.scenarios)")
            .filter { $0.hasSuffix(".yaml") }.sorted()
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
            if outcomes.count != files.count {
                failures.append("round \(round): \(outcomes.count) of \(files.count) have run")
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

    private func judge(
        _ outcome: Outcome, _ round: Int, _ hashes: inout [String: String]
    ) -> [String] {
        let name = URL(fileURLWithPath: outcome.file).lastPathComponent
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
                + "\(first.prefix(12)); " + difference(name, round)
        ]
    }

    /// The first line in which the two traces differ.
    private func difference(_ name: String, _ round: Int) -> String {
        let stem = String(name.dropLast(".yaml".count))
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
        let output = Pipe()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "\(products.directory)/commy")
        process.arguments =
            ["sim", "run"] + files.map { "\(products.root)/\(Self.scenarios)/\($0)" }
            + ["--report", "\(directory)/round-\(round)", "--json", "--capture", "off", "-j", "2"]
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return text.split(separator: UInt8(ascii: "\n")).compactMap {
            try? JSONDecoder().decode(Outcome.self, from: Data($0))
        }
    }
}
