internal import ArgumentParser
internal import CommyBase
internal import Foundation
internal import SimModel

/// `commy sim list PATH...`.
struct SimList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List scenarios: world, tier, duration, tags, packages, and why they are there.",
        discussion: "Selects as 'run' does and runs nothing. One line for each member of a matrix.")

    @OptionGroup var selection: SelectionOptions

    @Flag(help: "Print one JSON object per scenario.")
    var json = false

    /// The object that `--json` prints.
    private struct Item: Encodable {
        let scenario: String
        let file: String
        let world: String
        let tier: String
        let tags: [String]
        let durationSeconds: Double
        let packages: [String]
        let settings: [String]
        let why: String?

        enum CodingKeys: String, CodingKey {
            case scenario, file, world, tier, tags, packages, settings, why
            case durationSeconds = "duration_s"
        }
    }

    func run() throws {
        let terminal = Terminal()
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            let selected = try selection.select { problems, _ in terminal.printProblems(problems) }
            for one in selected {
                if json {
                    let data = try encoder.encode(Self.item(one))
                    terminal.printLine(String(decoding: data, as: UTF8.self))
                } else {
                    show(one, on: terminal)
                }
            }
        } catch let code as ExitCode {
            throw code
        } catch {
            terminal.printError("Error: \(error)")
            throw ExitCode(Verdict.error.exitCode)
        }
    }

    private static func item(_ one: SelectedScenario) -> Item {
        let scenario = one.scenario
        return Item(
            scenario: scenario.title, file: one.file, world: scenario.world.rawValue,
            tier: scenario.tier.rawValue, tags: scenario.tags,
            durationSeconds: Double(scenario.duration.nanoseconds) / 1_000_000_000,
            packages: scenario.requires.map(\.package),
            settings: scenario.settings.map(\.text), why: scenario.why)
    }

    private func show(_ one: SelectedScenario, on terminal: Terminal) {
        let item = Self.item(one)
        let tags = item.tags.isEmpty ? "" : "  [\(item.tags.joined(separator: ", "))]"
        terminal.printLine("\(one.file)  \(one.title)")
        let needs =
            item.packages.isEmpty ? "" : "  needs \(item.packages.joined(separator: ", "))"
        terminal.printLine(
            "    \(item.world)  \(item.tier)  \(one.scenario.duration.shortText)\(tags)\(needs)")
        if let first = item.why?.split(separator: "\n").first {
            terminal.printLine("    \(first)")
        }
    }
}
