import SimModel

/// The faults that take from processes and hosts what they need.
extension DocumentReader {
    func readClock(_ node: YamlNode) -> FaultSpec.Action? {
        guard let inner = Fields(node, Shapes.clock, sink) else { return nil }
        let target = readTarget(of: inner)
        let offset = inner.duration("offset")
        let drift = inner.number("drift")
        let given = inner.present(of: ["offset", "drift"])
        if given.isEmpty, !inner.hasUnknownKey {
            sink.report(
                "a clock that is right", at: node,
                expected: "offset: DURATION, drift: PPM, or both")
        } else if offset == .zero || !inner.has("offset"), drift == 0 || !inner.has("drift") {
            inner.report(
                "a clock that is right", value: given.first?.key ?? "offset",
                expected: "an offset or a drift that is not 0")
        }
        guard let target else { return nil }
        return .clock(
            target, ClockChange(offset: offset ?? .zero, driftPerMillion: drift ?? 0))
    }

    func readProcessorShare(_ node: YamlNode) -> FaultSpec.Action? {
        guard let inner = Fields(node, Shapes.cpu, sink) else { return nil }
        let target = readTarget(of: inner)
        guard let share = inner.number("share"), let target else { return nil }
        return .cpu(target, share: share)
    }

    func readMemory(_ node: YamlNode) -> FaultSpec.Action? {
        guard let inner = Fields(node, Shapes.memory, sink) else { return nil }
        let target = readTarget(of: inner)
        guard let left = inner.size("left"), let target else { return nil }
        return .memory(target, headroomBytes: left)
    }

    func readOpenFiles(_ node: YamlNode) -> FaultSpec.Action? {
        guard let inner = Fields(node, Shapes.openFiles, sink) else { return nil }
        let target = readTarget(of: inner)
        guard let left = inner.integer("left"), let target else { return nil }
        return .openFiles(target, headroom: left)
    }

    func readFullDisk(_ node: YamlNode) -> FaultSpec.Action? {
        if case .mapping = node.content {
            guard let inner = Fields(node, Shapes.fullDisk, sink) else { return nil }
            let left = inner.size("left")
            guard let host = host(inner, "host") else { return nil }
            return .disk(host: host, freeBytes: left ?? 0)
        }
        return hostName(node, "full-disk", or: ", or { host: NAME, left: SIZE }").map {
            .disk(host: $0, freeBytes: 0)
        }
    }

    /// A value that is the name of a host; `other` says what else it could be.
    func hostName(_ node: YamlNode, _ verb: String, or other: String = "") -> String? {
        guard let text = node.text else {
            sink.report(
                "'\(verb)' has \(node.described)", at: node, expected: "a host" + other)
            return nil
        }
        guard names.hosts.contains(text) else {
            if names.nodesAreKnown { reportUnknown("host", text, at: node, among: names.hosts) }
            return nil
        }
        return text
    }

    func readExecFault(_ node: YamlNode) -> FaultSpec.Action? {
        guard let inner = Fields(node, Shapes.execFault, sink) else { return nil }
        let host = host(inner, "on")
        let begin = command(inner, plain: "run", shell: "shell")
        let heal = command(inner, plain: "heal", shell: "heal-shell")
        if !inner.has("run"), !inner.has("shell"), !inner.hasUnknownKey {
            sink.report(
                "an exec without a command", at: node,
                expected: "run: PROGRAM ARGUMENT..., or shell: \"...\"")
        }
        guard let host, let begin else { return nil }
        return .exec(host: host, begin: begin, heal: heal)
    }
}
