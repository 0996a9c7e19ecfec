internal import ArgumentParser

/// The developers' own tool: checks of the repository and campaigns that run for hours.
@main
struct CommyDev: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "commy-dev",
        abstract: "Checks and campaigns for the people who write Commy.",
        subcommands: [TidyCommand.self, SoakCommand.self])
}
