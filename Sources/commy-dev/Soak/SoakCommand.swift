internal import ArgumentParser
internal import Foundation

/// `commy-dev soak NAME`: runs one long campaign from the registry.
struct SoakCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "soak",
        abstract: "Run a long campaign; without a name, list them.")

    @Argument(help: "The campaign.")
    var name: String?

    @Option(help: "How many rounds; each campaign has a number of its own.")
    var rounds: Int?

    @Option(help: "The seed of the campaign's random choices.")
    var seed: UInt64 = 1

    func run() throws {
        guard let name else {
            for campaign in Campaign.all {
                print("\(campaign.name) (\(campaign.rounds) rounds)\n    \(campaign.purpose)")
            }
            return
        }
        guard let campaign = Campaign.all.first(where: { $0.name == name }) else {
            let known = Campaign.all.map(\.name).joined(separator: ", ")
            throw ValidationError("no campaign is called \(name); there are: \(known)")
        }
        let failures = try campaign.run(rounds ?? campaign.rounds, seed) { line in
            // A campaign takes hours: its lines are to be read as they come, in a file too.
            FileHandle.standardOutput.write(Data((line + "\n").utf8))
        }
        for failure in failures { print("did not hold: \(failure)") }
        print("\(name): \(failures.isEmpty ? "held" : "\(failures.count) failures")")
        if !failures.isEmpty { throw ExitCode(1) }
    }
}
