internal import ArgumentParser
internal import CommyBase
internal import CommyMesh
internal import CommyWire

/// `commy explain ...`.
struct Explain: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say why the node decides as it does.", subcommands: [ExplainRoute.self])
}

/// `commy explain route`.
struct ExplainRoute: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "route",
        abstract: "Say where a call of a service would go now, and why nowhere else.",
        discussion: """
            An instance on this node goes first, then those of the nearest zone; among equals two \
            are drawn by weight, and the one with fewer open calls for its weight is taken, or the \
            one that is clearly nearer ('rtt'; '-' is not measured yet). So another call may go to \
            another one. Nothing is called.
            """)

    @Argument(help: "The service.")
    var service: String
    @OptionGroup var requirement: RequirementOptions
    @OptionGroup var options: ShowOptions

    func run() throws {
        guard let name = ServiceName(service) else {
            throw ValidationError("'\(service)' is no service's name: \(NameRule.words).")
        }
        var conditions = Metadata()
        try requirement.write(to: &conditions)
        try NodeTables.show(.explainRoute(name, requiring: conditions), options) { rows in
            guard let decision = rows.first else { return [] }
            let instances = rows.dropFirst()
            guard !instances.isEmpty else { return [Self.verdict(decision, name)] }
            let table = TextTable(
                [
                    "", "node", "zone", "distance", "why", "weight", "open", "rtt", "latency",
                    "instance",
                ],
                instances.map { row in
                    [
                        row["verdict"].hasPrefix("chosen") ? ">" : "", row["node"],
                        NodeTables.orDash(row["zone"]), row["distance"], row["verdict"],
                        row["weight"], row["open"], row["rtt"], row["latency"], row["instance"],
                    ]
                }, right: [5, 6, 7, 8])
            return [Self.verdict(decision, name), ""] + table.lines
        }
    }

    private static func verdict(_ row: NodeRow, _ service: ServiceName) -> String {
        guard row["decision"] != "none" else {
            return "A call of '\(service)' would fail: \(row["code"]) (\(row["why"]))."
        }
        return "A call of '\(service)' would go to \(row["node"]) (rule: \(row["rule"]))."
    }
}
