import CommyBase
import SimModel

/// `mesh:` and `services:` - nodes on the hosts, and what is served through them.
extension DocumentReader {
    /// Both sections become processes, which stand before those of the file.
    func readMesh(_ document: Fields) {
        guard document.has("mesh") || document.has("services") else { return }
        var mesh = MeshSpec(nodes: names.hosts)
        if let node = document.value("mesh"),
            let fields = Fields(node, Shapes.mesh, sink, orEmpty: true)
        {
            readMesh(fields, into: &mesh)
        }
        scenario.mesh = mesh
        var node = ProcessSpec(
            name: MeshSpec.processName, hosts: mesh.nodes, command: .arguments([]))
        node.role = .node
        node.readiness = .log(contains: "\(ReportedLine.mark) started")
        scenario.processes.append(node)
        for entry in named(document, "services") { readService(entry, mesh) }
        checkProcessNames(document)
    }

    private func readMesh(_ fields: Fields, into mesh: inout MeshSpec) {
        if let name = fields.text("name") { mesh.name = name }
        if fields.has("nodes") { mesh.nodes = hostList(fields, "nodes") }
        readJoin(fields, into: &mesh)
        if let paths = fields.word("paths", as: MeshSpec.Paths.self) { mesh.paths = paths }
        if mesh.paths != .ipv4, scenario.topology.mtu < 1_280 {
            fields.report(
                "IPv6 with an MTU of \(scenario.topology.mtu)", value: "paths",
                expected: "an mtu of at least 1280, which IPv6 needs")
        }
        if let port = fields.integer("port") { mesh.port = UInt16(port) }
        mesh.limits = namedTexts(fields, "limits", of: "limit")
        if let life = fields.duration("certificate-life") { mesh.certificateLife = life }
        mesh.program = fields.value("run").map { arguments(of: $0, key: "run") }
        for (text, node) in scalars(fields, "arguments") {
            checkVariables(text, at: node)
            mesh.arguments.append(text)
        }
    }

    private func readJoin(_ fields: Fields, into mesh: inout MeshSpec) {
        guard let node = fields.value("join") else { return }
        switch node.text {
        case "all": mesh.join = .all
        case "chain": mesh.join = .chain
        case .some, nil:
            let hosts = hostList(fields, "join")
            for host in hosts where !mesh.nodes.contains(host) {
                fields.report(
                    "'\(host)' has no node to join", value: "join",
                    expected: "hosts that 'nodes' names")
            }
            mesh.join = .hosts(hosts)
        }
    }

    private func readService(_ entry: YamlEntry, _ mesh: MeshSpec) {
        checkName(entry, of: "service")
        guard let fields = Fields(entry.value, Shapes.service, sink) else { return }
        var service = ServiceSpec(name: entry.key, hosts: hostList(fields, "on"))
        for host in service.hosts where !mesh.nodes.contains(host) {
            fields.report(
                "'\(host)' has no node, which a service needs", value: "on",
                expected: "hosts that 'nodes' of the mesh names")
        }
        if let handler = fields.word("handler", as: ServiceSpec.Handler.self) {
            service.handler = handler
        }
        if let work = fields.duration("work") { service.work = work }
        if let instances = fields.integer("instances") { service.instances = instances }
        service.weight = fields.integer("weight")
        service.labels = namedTexts(fields, "labels", of: "label")
        scenario.services.append(service)
        for (index, name) in service.processNames.enumerated() {
            var process = ProcessSpec(
                name: name, hosts: service.hosts,
                command: .arguments(service.words(number: index + 1)))
            process.role = .instance(of: service.name)
            process.readiness = .log(contains: "\(ReportedLine.mark) serving")
            process.after = [MeshSpec.processName]
            scenario.processes.append(process)
        }
    }

    /// Names that follow the pattern of the key's table, each with a text.
    private func namedTexts(_ fields: Fields, _ key: String, of kind: String) -> [NamedText] {
        texts(fields, key).map { entry, text in
            let isName = entry.key.utf8.first.map { (0x61...0x7a).contains($0) } ?? false
            if !isName || !entry.key.utf8.allSatisfy(Self.isWordByte) || text.contains(" ") {
                sink.report(
                    "'\(entry.key): \(text)' is no \(kind)", at: entry.keyPosition,
                    width: entry.keyWidth,
                    expected: "a name in lowercase letters, digits and '-', and a text without "
                        + "spaces")
            }
            return NamedText(name: entry.key, value: text)
        }
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        (0x61...0x7a).contains(byte) || (0x30...0x39).contains(byte) || "-._".utf8.contains(byte)
    }

    func hostList(_ fields: Fields, _ key: String) -> [String] {
        let items = scalars(fields, key)
        if items.isEmpty, case .sequence = fields.value(key)?.content {
            fields.report("'\(key)' names no host", value: key, expected: "at least one host")
        }
        return expandedHosts(items)
    }

    /// Nodes and instances are processes, and a name means one of them.
    private func checkProcessNames(_ document: Fields) {
        let own = scenario.processes.map(\.name)
        for entry in named(document, "processes") where own.contains(entry.key) {
            sink.report(
                "'\(entry.key)' is what a process of the mesh is called", at: entry.keyPosition,
                width: entry.keyWidth, expected: "another name")
        }
        for entry in named(document, "services") where own.count(where: { $0 == entry.key }) > 1 {
            sink.report(
                "'\(entry.key)' is what another process of the mesh is called",
                at: entry.keyPosition, width: entry.keyWidth, expected: "another name")
        }
    }

    /// `to: SERVICE`.
    func readMeshExchange(_ fields: Fields, _ payload: Payload?) -> TrafficSpec.Kind? {
        guard let name = fields.text("to"), let node = fields.value("to") else { return nil }
        guard names.services.contains(name) else {
            if names.hosts.contains(name), !names.services.isEmpty {
                sink.report(
                    "'\(name)' is a host", at: node,
                    expected: "a service: one of " + names.services.joined(separator: ", "))
            } else {
                reportUnknown("service", name, at: node, among: names.services)
            }
            return nil
        }
        if let source = fields.value("from")?.text, names.hosts.contains(source),
            scenario.mesh?.nodes.contains(source) == false
        {
            fields.report(
                "'\(source)' has no node, by which it would reach '\(name)'", value: "from",
                expected: "a host that 'nodes' of the mesh names")
        }
        if fields.has("backend") {
            fields.report(
                "'backend' of traffic to a service", key: "backend",
                expected: "nothing: the mesh tells who has answered")
        }
        var exchange = MeshExchange(service: name)
        exchange.method = fields.text("method")
        exchange.payload = payload ?? Payload.none
        exchange.isIdempotent = fields.boolean("idempotent") ?? false
        return .mesh(exchange)
    }
}
