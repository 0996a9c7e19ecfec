internal import ArgumentParser

/// `commy-dev soak NAME`: runs one long campaign from the registry.
struct SoakCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "soak",
        abstract: "Run a campaign that takes hours; without a name, list them.")

    @Argument(help: "The campaign.")
    var name: String?

    func run() throws {
        guard let name else {
            for campaign in Campaign.all {
                print("\(campaign.name)\n    \(campaign.purpose)")
            }
            return
        }
        guard let campaign = Campaign.all.first(where: { $0.name == name }) else {
            let known = Campaign.all.map(\.name).joined(separator: ", ")
            throw ValidationError("no campaign is called \(name); there are: \(known)")
        }
        let status = try campaign.run()
        if status != 0 { throw ExitCode(status) }
    }
}
