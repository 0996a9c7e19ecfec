import SimModel

/// Reads one document, section by section; each section resolves names of those before it.
/// A class, because the sections share the scenario and what is known of its names.
final class DocumentReader {
    let sink: DiagnosticSink
    var scenario = Scenario(name: "")
    var names = NameTable()
    /// The faults of the file, each with its name, before any pattern refers to them.
    var faultEntries: [FaultEntry] = []
    /// The regular expressions that were found good, since every variant of a file has them again.
    var compiled: Set<String> = []

    init(sink: DiagnosticSink) {
        self.sink = sink
    }

    func read(_ root: YamlNode) {
        guard let fields = Fields(root, Shapes.scenario, sink) else { return }
        readHead(fields)
        if let node = fields.value("topology") {
            readTopology(node)
        } else {
            names.nodesAreKnown = false
        }
        collectNames(fields)
        collectFaultNames(fields)
        readMesh(fields)
        readProcesses(fields)
        readTraffic(fields)
        readFaults(fields)
        readExpectations(fields)
    }

    private func readHead(_ fields: Fields) {
        if let name = fields.text("name") {
            if name.isEmpty { fields.report("the name is empty", value: "name") }
            scenario.name = name
        }
        scenario.why = fields.text("why")
        if let tier = fields.word("tier", as: Scenario.Tier.self) { scenario.tier = tier }
        if let seed = fields.integer("seed") { scenario.seed = UInt64(seed) }
        readTime(fields)
        for (text, node) in scalars(fields, "tags") { readTag(text, at: node) }
        if let world = fields.word("world", as: Scenario.World.self) { scenario.world = world }
        for item in list(fields, "requires") {
            guard let fields = Fields(item, Shapes.requirement, sink) else { continue }
            guard let program = fields.text("program") else { continue }
            let package = fields.text("package") ?? program
            scenario.requires.append(Requirement(program: program, package: package))
        }
    }

    /// Process and traffic names are known before anything that speaks of them is read.
    private func collectNames(_ fields: Fields) {
        names.processes = named(fields, "processes").map(\.key)
        names.services = named(fields, "services").map(\.key)
        collectMeshNames(fields)
        names.traffic = named(fields, "traffic").map(\.key)
    }

    /// Processes that the sections `mesh` and `services` make.
    private func collectMeshNames(_ fields: Fields) {
        guard fields.has("mesh") || fields.has("services") else { return }
        names.processes.append(MeshSpec.processName)
        for entry in named(fields, "services") {
            var service = ServiceSpec(name: entry.key, hosts: [])
            if case .mapping(let keys) = entry.value.content,
                let text = keys.first(where: { $0.key == "instances" })?.value.text,
                let count = Int(text), (1...Limits.instances).contains(count)
            {
                service.instances = count
            }
            names.processes += service.processNames
            if service.instances > 1 { names.processGroups.append(service.name) }
        }
    }

    private func readTag(_ text: String, at node: YamlNode) {
        if !Names.isValid(text) {
            sink.report("'\(text)' is no tag", at: node, expected: Names.rule)
        } else if scenario.tags.contains(text) {
            sink.report("the tag '\(text)' is given twice", at: node, expected: "once")
        } else {
            scenario.tags.append(text)
        }
    }

    /// The items of a list; a diagnostic and none when it is something else.
    func list(_ fields: Fields, _ key: String) -> [YamlNode] {
        guard let node = fields.value(key) else { return [] }
        switch node.content {
        case .sequence(let items): return items
        case .null: return []
        case .scalar, .mapping:
            sink.report("'\(key)' has \(node.described)", at: node, expected: "a list")
            return []
        }
    }

    /// The entries of a mapping from names; a diagnostic and none when it is something else.
    func named(_ fields: Fields, _ key: String) -> [YamlEntry] {
        guard let node = fields.value(key) else { return [] }
        switch node.content {
        case .mapping(let entries): return entries
        case .null: return []
        case .scalar, .sequence:
            sink.report(
                "'\(key)' has \(node.described)", at: node, expected: "a mapping from names")
            return []
        }
    }

    /// One scalar or a list of scalars, each with its text.
    func scalars(_ fields: Fields, _ key: String) -> [(text: String, node: YamlNode)] {
        guard let node = fields.value(key) else { return [] }
        return scalars(in: node, of: key, expected: fields.shape.key(key)?.type.described)
    }

    func scalars(
        in node: YamlNode, of key: String, expected: String?
    ) -> [(text: String, node: YamlNode)] {
        switch node.content {
        case .scalar(let text, _):
            return [(text, node)]
        case .sequence(let items):
            return items.flatMap { item -> [(text: String, node: YamlNode)] in
                if let text = item.text { return [(text, item)] }
                sink.report(
                    "'\(key)' has \(item.described) in its list", at: item, expected: expected)
                return []
            }
        case .null, .mapping:
            sink.report("'\(key)' has \(node.described)", at: node, expected: expected)
            return []
        }
    }

    /// Checks a name that the file gives as a key.
    @discardableResult
    func checkName(_ entry: YamlEntry, of kind: String) -> Bool {
        guard Names.isValid(entry.key) else {
            sink.report(
                "'\(entry.key)' is no name of a \(kind)", at: entry.keyPosition,
                width: entry.keyWidth, expected: Names.rule)
            return false
        }
        return true
    }

    /// Reports a name that nothing has.
    func reportUnknown(_ kind: String, _ name: String, at node: YamlNode, among known: [String]) {
        let shown = known.prefix(12).joined(separator: ", ") + (known.count > 12 ? ", ..." : "")
        sink.report(
            "there is no \(kind) '\(name)'", at: node,
            expected: known.isEmpty ? "a \(kind); there is none" : "one of \(shown)",
            suggestion: Suggestion.nearest(to: name, among: known))
    }
}

/// The names that a file has given so far.
struct NameTable {
    /// False when the topology could not be read: then references to its names are not judged.
    var nodesAreKnown = true
    var hosts: [String] = []
    var routers: [String] = []
    /// Hosts with a count: the name that stands for all of them.
    var groups: [(name: String, members: [String])] = []
    /// Every zone and every part of its path from the left: `eu`, `eu/a`.
    var zones: [String] = []
    var processes: [String] = []
    var services: [String] = []
    /// Names that stand for several processes: services with several instances on each host.
    var processGroups: [String] = []
    var traffic: [String] = []
    var faults: [String] = []
    /// False when a phase could not be read: then nobody knows how long the run is.
    var phasesAreKnown = true
    /// False when a fault could not be read: then windows without faults are not known.
    var faultsAreKnown = true
    var phases: [String] = []
    /// Traffic whose requests could not be read: what is said of it is not judged by their kind.
    var unknownTraffic: [String] = []

    func members(of group: String) -> [String]? {
        groups.first { $0.name == group }?.members
    }
}
