import SimModel

/// `topology:` - hosts, routers and links.
extension DocumentReader {
    func readTopology(_ node: YamlNode) {
        guard let fields = Fields(node, Shapes.topology, sink) else {
            names.nodesAreKnown = false
            return
        }
        if let mtu = fields.integer("mtu") { scenario.topology.mtu = mtu }
        if let offload = fields.boolean("offload") { scenario.topology.offload = offload }
        readHosts(fields)
        readRouters(fields)
        checkZones(fields)
        for item in list(fields, "links") { readLink(item) }
    }

    /// A mapping from names or a list of names.
    private func nodes(_ fields: Fields, _ key: String) -> [YamlEntry] {
        guard let node = fields.value(key) else { return [] }
        switch node.content {
        case .mapping(let entries):
            return entries
        case .sequence(let items):
            return items.compactMap { item in
                guard let text = item.text else {
                    sink.report(
                        "'\(key)' has \(item.described) in its list", at: item,
                        expected: Names.rule)
                    return nil
                }
                let empty = YamlNode(content: .null, position: item.position)
                return YamlEntry(key: text, keyPosition: item.position, value: empty)
            }
        case .null:
            return []
        case .scalar:
            sink.report(
                "'\(key)' has \(node.described)", at: node, expected: Shapes.nodesForm)
            return []
        }
    }

    private func readHosts(_ fields: Fields) {
        guard fields.has("hosts") else {
            names.nodesAreKnown = false
            return
        }
        let before = sink.count
        for entry in nodes(fields, "hosts") {
            checkName(entry, of: "host")
            let host = Fields(entry.value, Shapes.host, sink, orEmpty: true)
            let zone = host.flatMap { readZone($0) } ?? []
            guard let count = host.flatMap({ $0.integer("count") }) else {
                add(HostSpec(name: entry.key, zone: zone), from: entry)
                continue
            }
            let members = (1...count).map { "\(entry.key)-\($0)" }
            names.groups.append((entry.key, members))
            for name in members { add(HostSpec(name: name, zone: zone), from: entry) }
        }
        let count = scenario.topology.hosts.count
        if count == 0, sink.count == before {
            fields.report(
                "the topology has no host", key: "hosts", expected: "at least one host")
        } else if count > Limits.hosts {
            fields.report(
                "the topology has \(count) hosts", key: "hosts",
                expected: "at most \(Limits.hosts) hosts")
        }
    }

    private func add(_ host: HostSpec, from entry: YamlEntry) {
        if checkNew(host.name, from: entry) {
            scenario.topology.hosts.append(host)
            names.hosts.append(host.name)
        }
        if host.name.count > Limits.nameLength, entry.key.count <= Limits.nameLength {
            sink.report(
                "the host '\(host.name)' has too long a name", at: entry.keyPosition,
                width: entry.keyWidth, expected: Names.rule)
        }
    }

    private func readRouters(_ fields: Fields) {
        for entry in nodes(fields, "routers") {
            checkName(entry, of: "router")
            let router = Fields(entry.value, Shapes.router, sink, orEmpty: true)
            let zone = router.flatMap { readZone($0) } ?? []
            guard checkNew(entry.key, from: entry) else { continue }
            scenario.topology.routers.append(RouterSpec(name: entry.key, zone: zone))
            names.routers.append(entry.key)
        }
        if scenario.topology.routers.count > Limits.routers {
            fields.report(
                "the topology has \(scenario.topology.routers.count) routers", key: "routers",
                expected: "at most \(Limits.routers) routers")
        }
    }

    /// True when no host or router has the name yet.
    private func checkNew(_ name: String, from entry: YamlEntry) -> Bool {
        if name == "any" {
            sink.report(
                "'any' is the word for every end of a link", at: entry.keyPosition,
                width: entry.keyWidth, expected: "another name")
            return false
        }
        guard !names.hosts.contains(name), !names.routers.contains(name) else {
            sink.report(
                "the name '\(name)' is given twice", at: entry.keyPosition,
                width: entry.keyWidth, expected: "each host and router with a name of its own")
            return false
        }
        return true
    }

    private func readZone(_ fields: Fields) -> [String]? {
        guard let text = fields.text("zone") else { return nil }
        guard let zone = Names.zone(text) else {
            fields.report(
                "'\(text)' is no zone", value: "zone",
                expected: "names separated by '/', such as eu or eu/a")
            return nil
        }
        for length in 1...zone.count {
            let prefix = zone.prefix(length).joined(separator: "/")
            if !names.zones.contains(prefix) { names.zones.append(prefix) }
        }
        return zone
    }

    /// An end is written as one word, so a zone and a node must not share it.
    private func checkZones(_ fields: Fields) {
        for key in ["hosts", "routers"] {
            for entry in present(fields, key) where names.zones.contains(entry.key) {
                sink.report(
                    "'\(entry.key)' is both a zone and a name", at: entry.keyPosition,
                    width: entry.keyWidth, expected: "zones and nodes with different names")
            }
        }
    }

    private func present(_ fields: Fields, _ key: String) -> [YamlEntry] {
        if case .mapping(let entries) = fields.value(key)?.content { return entries }
        return []
    }

    /// One end of a link, by its most specific reading: any, host or router, zone.
    func end(_ node: YamlNode, of key: String) -> LinkRule.End? {
        guard let text = node.text else {
            sink.report(
                "'\(key)' has \(node.described)", at: node, expected: Shapes.end.described)
            return nil
        }
        if text == "any" { return .any }
        if names.hosts.contains(text) || names.routers.contains(text) { return .node(text) }
        if names.zones.contains(text) { return .zone(text.split(separator: "/").map(String.init)) }
        guard names.nodesAreKnown else { return nil }
        if let members = names.members(of: text) {
            sink.report(
                "'\(text)' stands for \(members.count) hosts and cannot be an end", at: node,
                expected: "one of them, such as \(members[0]), or the zone that they share")
            return nil
        }
        reportUnknown(
            "host, router or zone", text, at: node,
            among: names.hosts + names.routers + names.zones)
        return nil
    }

    /// `between: [a, b]`.
    func pair(_ fields: Fields) -> (LinkRule.End, LinkRule.End)? {
        guard let node = fields.value("between") else { return nil }
        guard case .sequence(let items) = node.content, items.count == 2 else {
            fields.report(
                "'between' has \(node.described)\(Self.counted(node))", value: "between",
                expected: Shapes.ends.described)
            return nil
        }
        let first = end(items[0], of: "between")
        let second = end(items[1], of: "between")
        guard let first, let second else { return nil }
        checkDifferent(first, second, at: items[1])
        return (first, second)
    }

    /// `from: a` and `to: b`.
    func direction(_ fields: Fields) -> (from: LinkRule.End, to: LinkRule.End)? {
        guard let from = fields.value("from"), let to = fields.value("to") else {
            let (given, lacking) = fields.has("from") ? ("from", "to") : ("to", "from")
            fields.report("'\(given)' without '\(lacking)'", key: given, expected: "both")
            return nil
        }
        let first = end(from, of: "from")
        let second = end(to, of: "to")
        guard let first, let second else { return nil }
        checkDifferent(first, second, at: to)
        return (first, second)
    }

    private func checkDifferent(
        _ first: LinkRule.End, _ second: LinkRule.End, at node: YamlNode
    ) {
        guard case .node(let name) = first, first == second else { return }
        sink.report(
            "both ends are '\(name)', and a node has no link to itself", at: node,
            expected: "two different ends")
    }

    private static func counted(_ node: YamlNode) -> String {
        if case .sequence(let items) = node.content { return " of \(items.count)" }
        return ""
    }
}
