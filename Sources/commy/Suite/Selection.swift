internal import ArgumentParser
internal import CommyBase
internal import SimModel
internal import SimScenario

/// One scenario that a call has selected: one member of its file's matrix.
struct SelectedScenario: Sendable {
    let file: String
    let scenario: Scenario
    /// Ends the name of its report's directory, so that no two of a selection share one.
    var reportSuffix = ""

    /// Its name, and what its variables were set to.
    var title: String { scenario.title }
}

/// Which scenarios a call means; the same words for `run` and `list`.
struct SelectionOptions: ParsableArguments {
    @Argument(help: "Scenario files or directories.", completion: .file(extensions: ["yaml"]))
    var paths: [String]

    @Option(
        name: .customLong("filter"),
        help: ArgumentHelp(
            """
            Only scenarios with one of these words, with commas between: a tier (smoke, full, \
            soak), a tag, or a text in the path or name. '!word' leaves out. Several --filter must \
            all hold.
            """, valueName: "words"))
    var filters: [String] = []

    @Option(
        help: ArgumentHelp("Only every N-th of them, from the I-th on.", valueName: "i/n"))
    var shard: String?

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp("Set a variable of the scenarios; repeatable.", valueName: "name=value"))
    var settings: [String] = []

    /// Reads all files. A broken one starts nothing, not even its neighbours: a suite that is half
    /// run misleads. `problem` is told of every broken file.
    func select(problem: ([Diagnostic], _ file: String) -> Void) throws -> [SelectedScenario] {
        let settings = try self.settings.map(Self.setting)
        let filters = try self.filters.map(FilterExpression.init)
        let shard = try self.shard.map(Shard.init)
        var all: [SelectedScenario] = []
        var isValid = true
        for file in try ScenarioFiles.find(paths) {
            switch ScenarioReader.read(path: file, settings: settings) {
            case .scenarios(let found):
                all += found.map { SelectedScenario(file: file, scenario: $0) }
            case .invalid(let problems):
                isValid = false
                problem(problems, file)
            }
        }
        guard isValid else { throw ExitCode(Verdict.error.exitCode) }
        let named = Self.withReportNames(all)
        let matching = named.filter { one in
            filters.allSatisfy { $0.selects(one.scenario, file: one.file) }
        }
        guard !matching.isEmpty else { throw FilterExpression.nothing(self.filters, among: all) }
        return shard?.part(of: matching) ?? matching
    }

    private static func setting(_ text: String) throws -> Setting {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty else {
            throw ToolError("--set '\(text)' is not name=value")
        }
        return Setting(name: String(parts[0]), value: String(parts[1]))
    }

    /// Members of a matrix and files of one name in several directories get a suffix that depends
    /// on nothing but themselves: a later run replaces its own report and no other.
    private static func withReportNames(_ all: [SelectedScenario]) -> [SelectedScenario] {
        var filesOfStem: [String: Set<String>] = [:]
        for one in all { filesOfStem[stem(one.file), default: []].insert(one.file) }
        return all.map { one in
            let isAlone = filesOfStem[stem(one.file)]?.count == 1
            let settings = one.scenario.settings.map(\.text)
            let words = settings + (isAlone ? [] : [one.file])
            var named = one
            if !words.isEmpty {
                named.reportSuffix = "-" + digits(of: words.joined(separator: "\n"))
            }
            return named
        }
    }

    private static func stem(_ file: String) -> String {
        String(file.split(separator: "/").last ?? "")
    }

    private static func digits(of text: String) -> String {
        let hash = String(RandomKey(seed: 0).labelled(text).value, radix: 16)
        return String(("000000" + hash).suffix(6))
    }
}
