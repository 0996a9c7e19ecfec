import CommyBase
import SimModel

/// `faults:` - what goes wrong, and when.
extension DocumentReader {
    func readFaults(_ document: Fields) {
        var unnamed: [String: Int] = [:]
        for item in list(document, "faults") {
            guard let fields = Fields(item, Shapes.fault, sink) else { continue }
            let verbs = Shapes.verbs.map(\.name)
            let given = fields.present(of: verbs)
            for extra in given.dropFirst() {
                fields.report(
                    "'\(extra.key)' beside '\(given[0].key)'", key: extra.key,
                    expected: "one thing that goes wrong a fault")
            }
            guard let verb = given.first?.key else {
                if fields.hasUnknownKey {
                    names.faults.append(fields.text("name") ?? "")
                    continue
                }
                sink.report(
                    "a fault in which nothing goes wrong", at: item.position,
                    expected: "one of " + verbs.joined(separator: ", "))
                continue
            }
            let name = faultName(fields, verb: verb, unnamed: &unnamed)
            let at = fields.duration("at")
            let lasts = fields.duration("for")
            checkTime(fields, verb: verb, at: at, lasts: lasts)
            let action = readAction(fields, verb: verb)
            guard let at, let action else { continue }
            scenario.faults.append(FaultSpec(name: name, at: at, lasts: lasts, action: action))
            faultFields.append(fields)
        }
    }

    private func faultName(
        _ fields: Fields, verb: String, unnamed: inout [String: Int]
    ) -> String {
        var name = fields.text("name")
        if name == nil {
            let number = unnamed[verb, default: 0] + 1
            unnamed[verb] = number
            name = number == 1 ? verb : "\(verb)-\(number)"
        }
        let result = name ?? verb
        if names.faults.contains(result) {
            fields.report(
                "two faults are called '\(result)'", value: fields.has("name") ? "name" : verb,
                expected: "name: ... with a name of its own")
        }
        names.faults.append(result)
        return result
    }

    private func checkTime(_ fields: Fields, verb: String, at: Duration?, lasts: Duration?) {
        if verb == "restart", fields.has("for") {
            fields.report(
                "'for' beside 'restart', which is over at once", key: "for",
                expected: "no 'for'; a process that stays away for a time is 'stop'")
        }
        guard let at else { return }
        let duration = scenario.duration
        if at >= duration {
            fields.report(
                "the fault begins at \(at.shortText), and the run ends at \(duration.shortText)",
                value: "at", expected: "a time before the end")
        } else if let lasts, at + lasts > duration {
            fields.report(
                "the fault lasts to \((at + lasts).shortText), and the run ends at "
                    + duration.shortText, value: "for",
                expected: "at most \((duration - at).shortText), or no 'for' for a fault that "
                    + "stays")
        }
    }

    private func readAction(_ fields: Fields, verb: String) -> FaultSpec.Action? {
        guard let node = fields.value(verb) else { return nil }
        switch verb {
        case "crash": return readProcessTarget(node, verb).map { .crash($0) }
        case "pause": return readProcessTarget(node, verb).map { .pause($0) }
        case "stop": return readProcessTarget(node, verb).map { .stop($0) }
        case "restart": return readProcessTarget(node, verb).map { .restart($0) }
        case "cut":
            return Fields(node, Shapes.selector, sink).flatMap { readSelector($0) }
                .map { .cut($0) }
        case "partition": return readPartition(node)
        case "flap": return readFlap(node, of: fields)
        default: return readDegrade(node)
        }
    }

    private func readProcessTarget(_ node: YamlNode, _ verb: String) -> ProcessTarget? {
        if let text = node.text {
            guard names.hosts.contains(text) else {
                reportUnknownTarget(text, verb, at: node)
                return nil
            }
            if !scenario.processes.contains(where: { $0.hosts.contains(text) }) {
                sink.report(
                    "no process runs on '\(text)', so nothing would \(verb)", at: node,
                    expected: "a host with a process")
            }
            return .host(text)
        }
        guard let inner = Fields(node, Shapes.processTarget, sink) else { return nil }
        let host = host(inner, "on")
        guard let name = inner.text("process"), let place = inner.value("process") else {
            return nil
        }
        guard names.processes.contains(name) else {
            reportUnknown("process", name, at: place, among: names.processes)
            return nil
        }
        guard inner.has("on") else { return .process(name) }
        guard let host else { return nil }
        let process = scenario.processes.first { $0.name == name }
        if let process, !process.hosts.contains(host) {
            inner.report(
                "'\(name)' does not run on '\(host)'", value: "on",
                expected: "one of " + process.hosts.joined(separator: ", "))
        }
        return .processOnHost(process: name, host: host)
    }

    private func reportUnknownTarget(_ text: String, _ verb: String, at node: YamlNode) {
        guard names.nodesAreKnown else { return }
        if names.processes.contains(text) {
            sink.report(
                "'\(text)' is a process", at: node,
                expected: "\(verb): { process: \(text) } to hit it on all its hosts")
        } else {
            reportUnknown("host", text, at: node, among: names.hosts)
        }
    }

    private func readSelector(_ fields: Fields) -> LinkSelector? {
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

    private func readPartition(_ node: YamlNode) -> FaultSpec.Action? {
        let form = "a list of two or more groups of hosts, such as [[a, b], [c]]"
        guard case .sequence(let items) = node.content else {
            sink.report("'partition' has \(node.described)", at: node, expected: form)
            return nil
        }
        var groups: [[String]] = []
        for item in items {
            guard case .sequence = item.content else {
                sink.report(
                    "'partition' has \(item.described) in its list", at: item, expected: form)
                continue
            }
            let members = scalars(in: item, of: "partition", expected: "a host")
            if members.isEmpty {
                sink.report("a group without hosts", at: item, expected: "at least one host")
            }
            let hosts = expandedHosts(members)
            for host in hosts where groups.contains(where: { $0.contains(host) }) {
                let place = members.first { $0.text == host }?.node ?? item
                sink.report(
                    "'\(host)' is in two groups", at: place, expected: "each host in one group")
            }
            groups.append(hosts)
        }
        if items.count < 2 {
            sink.report("a partition of \(items.count)", at: node, expected: form)
        }
        return .partition(groups)
    }

    private func readFlap(_ node: YamlNode, of fault: Fields) -> FaultSpec.Action? {
        guard let inner = Fields(node, Shapes.flap, sink) else { return nil }
        let selector = readSelector(inner)
        guard let down = inner.duration("down"), let up = inner.duration("up"), let selector
        else { return nil }
        return .flap(selector, down: down, up: up)
    }

    private func readDegrade(_ node: YamlNode) -> FaultSpec.Action? {
        guard let inner = Fields(node, Shapes.degrade, sink) else { return nil }
        let selector = readSelector(inner)
        let change = readConditions(inner)
        if inner.present(of: Shapes.conditions.map(\.name)).isEmpty {
            sink.report(
                "a degrade that changes nothing", at: node,
                expected: "one of " + Shapes.conditions.map(\.name).joined(separator: ", "))
        }
        return selector.map { .degrade($0, change) }
    }
}
