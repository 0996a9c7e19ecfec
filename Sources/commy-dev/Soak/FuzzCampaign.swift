internal import CommyFuzz
internal import Foundation

/// Throws mutated bytes at every decoder and machine and watches what holds, the memory, and the
/// time.
///
/// One round is a thousand inputs for each target. An input follows from the seed, the target and
/// its number alone, so a finding is found again with the same seed; a trap ends the process, and
/// the last line tells the numbers between which it happened.
struct FuzzCampaign {
    private let root: String
    private let seed: UInt64
    private static let inputsARound = UInt64(1_000)
    /// What this process may hold. All inputs are below 4 KiB; what grows beyond this leaks or
    /// believes a count that lies.
    private static let memoryLimitKiB = 256 * 1_024

    init(seed: UInt64) throws {
        root = try Products().root
        self.seed = seed
    }

    func run(rounds: Int, tell: (String) -> Void) throws -> [String] {
        let attacks = try FuzzTarget.all.map { target in
            (target, FuzzMutator(seed: seed, target: target, corpus: try corpus(target)))
        }
        var failures: [String] = []
        let start = ContinuousClock.now
        for round in 0..<UInt64(rounds) {
            if round % 50 == 0 {
                let inputs = round * Self.inputsARound * UInt64(attacks.count)
                let seconds = (ContinuousClock.now - start) / .seconds(1)
                tell(
                    "round \(round): \(inputs) inputs in \(Int(seconds)) s, "
                        + "\(try Self.memoryKiB("VmRSS:")) KiB resident; next are numbers "
                        + "\(round * Self.inputsARound) and later of every target")
            }
            for (target, mutator) in attacks {
                for number in round * Self.inputsARound..<(round + 1) * Self.inputsARound {
                    let input = mutator.input(number)
                    guard let finding = target.run(input) else { continue }
                    failures.append("\(target.name), input \(number): \(finding)")
                    tell("\(target.name), input \(number): \(Data(input).base64EncodedString())")
                    if failures.count > 20 { return failures }
                }
            }
            let resident = try Self.memoryKiB("VmRSS:")
            if resident > Self.memoryLimitKiB {
                return failures + ["after round \(round), \(resident) KiB are resident"]
            }
        }
        let inputs = UInt64(rounds) * Self.inputsARound * UInt64(attacks.count)
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        tell(
            "\(inputs) inputs for \(attacks.count) targets in \(Int(seconds)) s, at most "
                + "\(try Self.memoryKiB("VmHWM:")) KiB resident")
        return failures
    }

    private func corpus(_ target: FuzzTarget) throws -> [[UInt8]] {
        let path = "\(root)/Fixtures/wire-corpus/\(target.name).hex"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        guard let inputs = FuzzTarget.inputs(ofCorpus: text) else {
            throw CampaignError("a line of \(path) is neither hex nor a comment")
        }
        return inputs
    }

    /// The process's memory, as proc_pid_status(5) has it.
    private static func memoryKiB(_ field: String) throws -> Int {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix(field) }
        guard let words = line?.split(whereSeparator: \.isWhitespace), words.count > 1,
            let memory = Int(words[1])
        else { throw CampaignError("no \(field) in /proc/self/status") }
        return memory
    }
}
