internal import ArgumentParser
internal import Foundation

/// `commy-dev tidy`: reads the repository and prints where it leaves the house style.
struct TidyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tidy",
        abstract: "Check the house style.",
        discussion: """
            Prints one finding a line: path:line: rule: what; cure. Exits with 1 when a finding is a
            failure; warnings alone exit with 0.
            """)

    @Option(help: "The repository to read.")
    var root: String = "."

    @Flag(help: "List the rules and why each exists.")
    var rules = false

    func run() throws {
        if rules {
            for rule in Rule.all {
                print("\(rule.name)\n    \(rule.reason)")
            }
            return
        }
        let findings = Rule.findings(in: try Repository(root: root))
        for finding in findings {
            print(finding.text)
        }
        let failures = findings.count { $0.severity == .failure }
        let warnings = findings.count - failures
        print("tidy: \(failures) failures, \(warnings) warnings, \(Rule.all.count) rules")
        if failures > 0 { throw ExitCode(1) }
    }
}
