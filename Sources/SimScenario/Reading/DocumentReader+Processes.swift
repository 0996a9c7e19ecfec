import SimModel

/// `processes:` - commands that run on hosts.
extension DocumentReader {
    func readProcesses(_ document: Fields) {
        var order: [(name: String, after: [String], place: YamlNode)] = []
        for entry in named(document, "processes") {
            checkName(entry, of: "process")
            guard let fields = Fields(entry.value, Shapes.process, sink) else { continue }
            var process = ProcessSpec(
                name: entry.key, hosts: readHosts(fields), command: readCommand(fields))
            process.environment = readEnvironment(fields)
            process.files = readFiles(fields)
            process.readiness = readReadiness(fields)
            if fields.has("ready-within"), process.readiness == nil, !fields.has("ready") {
                fields.report(
                    "'ready-within' without 'ready'", key: "ready-within",
                    expected: "ready: { tcp: PORT } or another readiness beside it")
            }
            if let within = fields.duration("ready-within") { process.readyWithin = within }
            if let restart = fields.word("restart", as: ProcessSpec.Restart.self) {
                process.restart = restart
            }
            readStop(fields, into: &process)
            readCapabilities(fields, into: &process)
            readLimits(fields, into: &process)
            process.after = readAfter(fields, of: entry.key)
            scenario.processes.append(process)
            order.append((entry.key, process.after, fields.value("after") ?? entry.value))
        }
        checkOrder(order)
    }

    /// Hosts, with the name of a host with a count standing for all of them.
    func expandedHosts(_ items: [(text: String, node: YamlNode)]) -> [String] {
        var hosts: [String] = []
        for (text, node) in items {
            let found: [String]
            if names.hosts.contains(text) {
                found = [text]
            } else if let members = names.members(of: text) {
                found = members
            } else {
                if names.nodesAreKnown {
                    let known = names.hosts + names.groups.map(\.name)
                    reportUnknown("host", text, at: node, among: known)
                }
                continue
            }
            for host in found {
                if hosts.contains(host) {
                    sink.report("the host '\(host)' is given twice", at: node, expected: "once")
                } else {
                    hosts.append(host)
                }
            }
        }
        return hosts
    }

    private func readHosts(_ fields: Fields) -> [String] {
        let items = scalars(fields, "on")
        if items.isEmpty, case .sequence = fields.value("on")?.content {
            fields.report("'on' names no host", value: "on", expected: "at least one host")
        }
        return expandedHosts(items)
    }

    private func readCommand(_ fields: Fields) -> ProcessSpec.Command {
        if !fields.has("run"), !fields.has("shell") {
            sink.report(
                "a process without a command", at: fields.node.position,
                expected: "run: PROGRAM ARGUMENT..., or shell: \"...\"")
        }
        return command(fields, plain: "run", shell: "shell") ?? .arguments([])
    }

    private func readEnvironment(_ fields: Fields) -> [EnvironmentVariable] {
        texts(fields, "env").map { entry, text in
            let isName =
                entry.key.first.map { !("0"..."9").contains($0) } == true
                && entry.key.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
            if !isName {
                sink.report(
                    "'\(entry.key)' is no name of an environment variable",
                    at: entry.keyPosition, width: entry.keyWidth,
                    expected: "letters, digits and '_', not a digit first")
            }
            return EnvironmentVariable(name: entry.key, value: text)
        }
    }

    private func readFiles(_ fields: Fields) -> [ScratchFile] {
        texts(fields, "files").map { entry, text in
            let parts = entry.key.split(separator: "/", omittingEmptySubsequences: false)
            if parts.contains("..") || parts.contains("") || parts.contains(".") {
                sink.report(
                    "'\(entry.key)' is no path inside {{dir}}", at: entry.keyPosition,
                    width: entry.keyWidth,
                    expected: "a relative path without '..', such as nginx.conf")
            }
            return ScratchFile(path: entry.key, content: text)
        }
    }

    /// A mapping from names to text; a value that is left out is the empty text.
    func texts(_ fields: Fields, _ key: String) -> [(YamlEntry, String)] {
        named(fields, key).compactMap { entry in
            if entry.value.isNull { return (entry, "") }
            guard let text = entry.value.text else {
                sink.report(
                    "'\(entry.key)' has \(entry.value.described)", at: entry.value,
                    expected: "text")
                return nil
            }
            checkVariables(text, at: entry.value)
            return (entry, text)
        }
    }

    private func readReadiness(_ fields: Fields) -> Readiness? {
        guard let node = fields.value("ready") else { return nil }
        guard let inner = Fields(node, Shapes.ready, sink) else { return nil }
        let kinds = Shapes.ready.keys.map(\.name)
        let given = inner.present(of: kinds)
        guard let kind = given.first else {
            sink.report(
                "a readiness that says nothing", at: node,
                expected: "one of " + kinds.joined(separator: ", "))
            return nil
        }
        for extra in given.dropFirst() {
            inner.report(
                "'\(extra.key)' beside '\(kind.key)'", key: extra.key,
                expected: "one way to see readiness")
        }
        switch kind.key {
        case "tcp":
            return inner.integer("tcp").map { .tcp(port: UInt16($0)) }
        case "http":
            return readHTTPReadiness(inner)
        case "log":
            guard let text = inner.text("log") else { return nil }
            if text.isEmpty { inner.report("'log' is empty", value: "log", expected: "text") }
            return .log(contains: text)
        case "exec":
            guard let text = inner.text("exec") else { return nil }
            if text.isEmpty {
                inner.report("'exec' is empty", value: "exec", expected: "a shell command")
            }
            checkVariables(text, at: inner.value("exec"))
            return .exec(text)
        default:
            return inner.duration("delay").map { .delay($0) }
        }
    }

    private func readHTTPReadiness(_ fields: Fields) -> Readiness? {
        guard let text = fields.text("http") else { return nil }
        let digits = text.dropFirst().prefix { $0 != "/" }
        let path = String(text.dropFirst(digits.count + 1))
        guard text.first == ":", let port = Self.port(String(digits)) else {
            fields.report(
                "'\(text)' is no port and path", value: "http",
                expected: "a port of 1 to 65535 and a path, such as \":8080/health\"")
            return nil
        }
        return .http(port: port, path: path.isEmpty ? "/" : path)
    }

    static func port(_ digits: String) -> UInt16? {
        guard digits.allSatisfy({ ("0"..."9").contains($0) }), let port = UInt16(digits), port > 0
        else { return nil }
        return port
    }

    private func readStop(_ fields: Fields, into process: inout ProcessSpec) {
        guard let node = fields.value("stop"), let inner = Fields(node, Shapes.stop, sink)
        else { return }
        if let signal = inner.text("signal").flatMap({ Signals.number(of: $0) }) {
            process.stopSignal = signal
        }
        if let within = inner.duration("within") { process.stopWithin = within }
    }

    private func readCapabilities(_ fields: Fields, into process: inout ProcessSpec) {
        guard fields.has("capabilities") else { return }
        process.capabilities = list(fields, "capabilities").compactMap {
            let type = ValueType.word(Capabilities.all)
            guard let text = $0.text else {
                return ScalarValue.read($0, as: type, for: "capabilities", into: sink)?.text
            }
            guard Capabilities.all.contains(text) else {
                let bare = text.lowercased()
                let plain = bare.hasPrefix("cap_") ? String(bare.dropFirst(4)) : bare
                sink.report(
                    "there is no capability '\(text)'", at: $0,
                    expected: "a capability as capabilities(7) has it, in lower case without cap_",
                    suggestion: Suggestion.nearest(to: plain, among: Capabilities.all))
                return nil
            }
            return text
        }
    }

    private func readLimits(_ fields: Fields, into process: inout ProcessSpec) {
        guard let node = fields.value("limits"), let inner = Fields(node, Shapes.limits, sink)
        else { return }
        process.limits.openFiles = inner.integer("open-files")
        process.limits.memoryBytes = inner.size("memory")
        process.limits.processes = inner.integer("processes")
        process.limits.fileBytes = inner.size("file")
        if let core = inner.size("core") { process.limits.coreBytes = core }
    }

    private func readAfter(_ fields: Fields, of name: String) -> [String] {
        scalars(fields, "after").compactMap { text, node in
            guard names.processes.contains(text) else {
                reportUnknown(
                    "process", text, at: node, among: names.processes.filter { $0 != name })
                return nil
            }
            guard text != name else {
                sink.report(
                    "'\(name)' waits for itself", at: node, expected: "another process")
                return nil
            }
            return text
        }
    }

    /// A cycle in `after:` would never start. Each process of a cycle is named once, where its
    /// `after` is; the first in file order speaks for the cycle.
    private func checkOrder(_ order: [(name: String, after: [String], place: YamlNode)]) {
        var started: Set<String> = []
        var waiting = order
        while true {
            let next = waiting.filter { $0.after.allSatisfy(started.contains) }
            if next.isEmpty { break }
            started.formUnion(next.map(\.name))
            waiting.removeAll { started.contains($0.name) }
        }
        let known = Set(order.map(\.name))
        guard let first = waiting.first(where: { $0.after.allSatisfy(known.contains) }) else {
            return
        }
        var path = [first.name]
        while let item = waiting.first(where: { $0.name == path.last }),
            let next = item.after.first(where: { name in waiting.contains { $0.name == name } })
        {
            let isClosed = path.contains(next)
            path.append(next)
            if isClosed { break }
        }
        guard path.count > 1 else { return }
        sink.report(
            "processes wait for each other: " + path.joined(separator: " after "),
            at: first.place, expected: "an order in which they can start")
    }
}
