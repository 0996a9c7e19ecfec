import SimModel

/// What a fault hits: processes and links.
extension DocumentReader {
    func readProcessTarget(_ node: YamlNode, _ verb: String) -> ProcessTarget? {
        if let text = node.text {
            guard names.hosts.contains(text) else {
                reportUnknownTarget(text, verb, at: node)
                return nil
            }
            checkOccupied(text, "nothing would \(verb)", at: node)
            return .host(text)
        }
        guard let inner = Fields(node, Shapes.processTarget, sink) else { return nil }
        return readNamedTarget(inner)
    }

    /// `process` and `on`.
    private func readNamedTarget(_ inner: Fields) -> ProcessTarget? {
        let host = host(inner, "on")
        guard let name = inner.text("process"), let place = inner.value("process") else {
            return nil
        }
        guard names.processes.contains(name) || names.processGroups.contains(name) else {
            reportUnknown(
                "process", name, at: place, among: names.processes + names.processGroups)
            return nil
        }
        guard inner.has("on") else { return .process(name) }
        guard let host else { return nil }
        let process = scenario.processes(named: name).first
        if let process, !process.hosts.contains(host) {
            inner.report(
                "'\(name)' does not run on '\(host)'", value: "on",
                expected: "one of " + process.hosts.joined(separator: ", "))
        }
        return .processOnHost(process: name, host: host)
    }

    /// `process` with `on`, or `host`: the keys of a fault whose value has others beside.
    func readTarget(of inner: Fields) -> ProcessTarget? {
        if inner.has("host") {
            for extra in inner.present(of: ["process", "on"]) {
                inner.report(
                    "'\(extra.key)' beside 'host'", key: extra.key,
                    expected: "host: HOST, or process: NAME with on: HOST")
            }
            guard let host = host(inner, "host"), let node = inner.value("host") else { return nil }
            checkOccupied(host, "nothing would be hit", at: node)
            return .host(host)
        }
        guard inner.has("process") else {
            if inner.has("on") {
                inner.report(
                    "'on' without 'process'", key: "on",
                    expected: "process: NAME beside it, or host: HOST for all its processes")
            } else if !inner.hasUnknownKey {
                sink.report(
                    "\(inner.shape.title) of no process", at: inner.node,
                    expected: "process: NAME, process: NAME with on: HOST, or host: HOST")
            }
            return nil
        }
        return readNamedTarget(inner)
    }

    func checkOccupied(_ host: String, _ consequence: String, at node: YamlNode) {
        guard !scenario.processes.contains(where: { $0.hosts.contains(host) }) else { return }
        sink.report(
            "no process runs on '\(host)', so \(consequence)", at: node,
            expected: "a host with a process")
    }

    private func reportUnknownTarget(_ text: String, _ verb: String, at node: YamlNode) {
        guard names.nodesAreKnown else { return }
        if names.processes.contains(text) || names.processGroups.contains(text) {
            sink.report(
                "'\(text)' is a process", at: node,
                expected: "\(verb): { process: \(text) } to hit it on all its hosts")
        } else {
            reportUnknown("host", text, at: node, among: names.hosts)
        }
    }

    func readSelector(_ fields: Fields) -> LinkSelector? {
        let forms = "between: [a, b], from: a with to: b, or host: a"
        let given = fields.present(of: ["between", "from", "to", "host"])
        let kinds = given.map { $0.key == "to" ? "from" : $0.key }
        guard let kind = kinds.first else {
            sink.report("\(fields.shape.title) of no link", at: fields.node, expected: forms)
            return nil
        }
        for (extra, other) in zip(given, kinds) where other != kind {
            fields.report(
                "'\(extra.key)' beside '\(given[0].key)'", key: extra.key, expected: forms)
        }
        switch kind {
        case "between": return pair(fields).map { .between($0.0, $0.1) }
        case "from": return direction(fields).map { .oneWay(from: $0.from, to: $0.to) }
        default: return host(fields, "host").map { .host($0) }
        }
    }
}
