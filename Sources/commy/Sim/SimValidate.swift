internal import ArgumentParser
internal import SimModel
internal import SimScenario

/// `commy sim validate PATH...`.
struct SimValidate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Check scenario files without running anything.",
        discussion:
            "Every problem of every file is shown with its place and its cure. Exit code 3 if any.")

    @Argument(help: "Scenario files or directories.", completion: .file(extensions: ["yaml"]))
    var paths: [String]

    func run() throws {
        let terminal = Terminal()
        var isValid = true
        do {
            for file in try ScenarioFiles.find(paths) {
                switch ScenarioReader.read(path: file) {
                case .scenarios(let scenarios):
                    for scenario in scenarios {
                        terminal.printLine("\(file): valid: \(scenario.title)")
                    }
                case .invalid(let problems):
                    isValid = false
                    terminal.printProblems(problems)
                }
            }
        } catch {
            terminal.printError("Error: \(error)")
            isValid = false
        }
        if !isValid { throw ExitCode(Verdict.error.exitCode) }
    }
}
