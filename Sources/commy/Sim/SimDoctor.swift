internal import ArgumentParser
internal import Foundation
internal import SimLab
internal import SimModel

/// `commy sim doctor`.
struct SimDoctor: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Say whether this machine can run scenarios, and how to mend what it lacks.",
        discussion: "Exit code 0 when scenarios can run, 3 when something is missing.")

    @Flag(help: "Print the findings as JSON.")
    var json = false

    func run() throws {
        let terminal = Terminal()
        let findings = Doctor().examine()
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            terminal.printLine(String(decoding: try encoder.encode(findings), as: UTF8.self))
        } else {
            for finding in findings { show(finding, terminal) }
        }
        let missing = findings.filter { $0.status == .missing }
        if !json {
            terminal.printLine(
                missing.isEmpty
                    ? "Scenarios can run here." : "Scenarios cannot run here yet; see 'cure' above."
            )
        }
        if !missing.isEmpty { throw ExitCode(Verdict.error.exitCode) }
    }

    private func show(_ finding: Doctor.Finding, _ terminal: Terminal) {
        let (mark, colour) =
            switch finding.status {
            case .ok: ("ok     ", "32")
            case .warning: ("warning", "33")
            case .missing: ("missing", "31")
            }
        let shown = terminal.hasColour ? "\u{1b}[\(colour)m\(mark)\u{1b}[0m" : mark
        let name = finding.check.padding(toLength: 16, withPad: " ", startingAt: 0)
        terminal.printLine("\(shown)  \(name)  \(finding.detail)")
        if let cure = finding.cure { terminal.printLine("         cure: \(cure)") }
    }
}
