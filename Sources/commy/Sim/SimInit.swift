internal import ArgumentParser
internal import Foundation
internal import SimModel
internal import SimScenario

/// `commy sim init [FILE]`.
struct SimInit: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Write a first scenario with comments, to start from.",
        discussion: """
            The scenario needs only python3 and can be run at once. A file that is already \
            there is left alone. Exit code 3 when the file cannot be written.
            """)

    @Argument(help: "The file to write.", completion: .file(extensions: ["yaml"]))
    var file = "scenario.yaml"

    func run() throws {
        let terminal = Terminal()
        do {
            // Fails when the file exists, also when it comes into being at this moment.
            try Data(StarterScenario.text.utf8).write(
                to: URL(filePath: file), options: .withoutOverwriting)
        } catch CocoaError.fileWriteFileExists {
            terminal.printError("Error: '\(file)' exists already, and was left as it is.")
            throw ExitCode(Verdict.error.exitCode)
        } catch {
            terminal.printError("Error: '\(file)' cannot be written: \(error.localizedDescription)")
            throw ExitCode(Verdict.error.exitCode)
        }
        terminal.printLine("Wrote \(file). Next: commy sim run \(file)")
    }
}
