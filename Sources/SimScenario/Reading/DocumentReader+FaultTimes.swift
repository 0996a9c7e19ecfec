import CommyBase
import SimModel

/// When a fault begins and how long it lasts: `at`, `in`, `when`, `delay` and `for`.
extension DocumentReader {
    struct FaultTimes {
        var trigger: FaultSpec.Trigger
        var lasts: Duration?
    }

    func readTimes(of entry: FaultEntry) -> FaultTimes? {
        let fields = entry.fields
        let at = fields.duration("at")
        let lasts = fields.duration("for")
        fields.checkCompany()
        if entry.verb == "trust", fields.has("for") {
            fields.report(
                "'for' beside 'trust', which is not taken back", key: "for",
                expected: "no 'for'; another 'trust' for the next step")
        }
        if entry.verb == "restart", fields.has("for") {
            fields.report(
                "'for' beside 'restart', which is over at once", key: "for",
                expected: "no 'for'; a process that stays away for a time is 'stop'")
        }
        if fields.has("in"), fields.has("when") {
            fields.report(
                "'when' beside 'in'", key: "when",
                expected: "one of them: a phase, or what must happen")
            return nil
        }
        if fields.has("when") { return readCondition(entry, at: at, lasts: lasts) }
        if fields.has("in") { return readPhaseTime(entry, at: at, lasts: lasts) }
        guard fields.has("at") else {
            sink.report(
                "a fault without a time", at: fields.node.position,
                expected: "at: DURATION, in: PHASE or when: PATTERN")
            return nil
        }
        guard let at else { return nil }
        checkSpan(fields, from: at, lasts: lasts)
        return FaultTimes(trigger: .at(at), lasts: lasts)
    }

    private func checkSpan(_ fields: Fields, from at: Duration, lasts: Duration?) {
        let duration = scenario.duration
        guard names.phasesAreKnown else { return }
        if at >= duration {
            fields.report(
                "the fault begins at \(at.shortText), and the run ends at \(duration.shortText)",
                value: "at", expected: "a time before the end")
        } else if let lasts, at + lasts > duration {
            fields.report(
                "the fault lasts to \((at + lasts).shortText), and the run ends at "
                    + duration.shortText, value: "for",
                expected: "at most \((duration - at).shortText), or no 'for' for a fault that "
                    + (fields.has("in") ? "heals at the phase's end" : "stays"))
        }
    }

    private func readPhaseTime(
        _ entry: FaultEntry, at: Duration?, lasts: Duration?
    ) -> FaultTimes? {
        let fields = entry.fields
        guard let phase = phase(fields, "in") else { return nil }
        let offset = at ?? .zero
        let begin = phase.begin + offset
        guard begin < phase.end else {
            fields.report(
                "the fault begins \(offset.shortText) after the begin of '\(phase.name)', which "
                    + "lasts \((phase.end - phase.begin).shortText)", value: "at",
                expected: "less than the phase lasts")
            return nil
        }
        if fields.has("at"), at == nil { return nil }
        checkSpan(fields, from: begin, lasts: lasts)
        // What is over at once, or has nothing to take back, does not heal with its phase.
        let stays = ["restart", "trust"].contains(entry.verb) || isWithoutHealing(entry)
        let rest: Duration? = stays || fields.has("for") ? nil : phase.end - begin
        return FaultTimes(trigger: .at(begin), lasts: lasts ?? rest)
    }

    private func isWithoutHealing(_ entry: FaultEntry) -> Bool {
        guard entry.verb == "exec", case .mapping(let entries) = entry.fields.value("exec")?.content
        else { return false }
        return !entries.contains { $0.key == "heal" || $0.key == "heal-shell" }
    }

    private func readCondition(
        _ entry: FaultEntry, at: Duration?, lasts: Duration?
    ) -> FaultTimes? {
        let fields = entry.fields
        let duration = scenario.duration
        if names.phasesAreKnown {
            if let at, at >= duration {
                fields.report(
                    "the fault begins at \(at.shortText) at the earliest, and the run ends at "
                        + duration.shortText, value: "at", expected: "a time before the end")
            }
            if let lasts, lasts >= duration {
                fields.report(
                    "the fault lasts \(lasts.shortText), and the run \(duration.shortText)",
                    value: "for", expected: "less than the duration")
            }
            if let delay = fields.duration("delay"), delay >= duration {
                fields.report(
                    "the fault waits for \(delay.shortText), and the run lasts "
                        + duration.shortText, value: "delay", expected: "less than the duration")
            }
        }
        guard let node = fields.value("when") else { return nil }
        var nodes = [node]
        if case .sequence(let items) = node.content {
            nodes = items
            if items.isEmpty {
                sink.report("'when' is empty", at: node, expected: "a pattern of events")
            }
        }
        let steps = nodes.compactMap { readStep($0, of: entry.name) }
        guard steps.count == nodes.count, !steps.isEmpty else { return nil }
        return FaultTimes(
            trigger: .when(
                Condition(
                    steps: steps, notBefore: at ?? .zero,
                    delay: fields.duration("delay") ?? .zero)), lasts: lasts)
    }

    private func readStep(_ node: YamlNode, of fault: String) -> Condition.Step? {
        guard let fields = Fields(node, Shapes.step, sink) else { return nil }
        let pattern = readPattern(fields)
        let count = fields.integer("count")
        switch pattern {
        case .faultBegins(fault), .faultHeals(fault):
            let key = fields.has("begins") ? "begins" : "heals"
            fields.report(
                "'\(fault)' waits for itself", value: key, expected: "another fault")
            return nil
        case .log, .ready, .exits, .faultBegins, .faultHeals, .request, .report, nil:
            return pattern.map { Condition.Step(pattern: $0, count: count ?? 1) }
        }
    }

    /// Faults that wait for each other in a ring never begin; the first in file order speaks.
    func checkWaiting() {
        var reported: [String] = []
        for fault in scenario.faults where !reported.contains(fault.name) {
            guard let ring = ring(from: fault.name) else { continue }
            reported += ring
            let entry = faultEntries.first { $0.name == fault.name }
            entry?.fields.report(
                "faults wait for each other: "
                    + (ring + [fault.name]).joined(separator: " after "), key: "when",
                expected: "an order in which they can begin")
        }
        for fault in scenario.faults { checkHeals(fault) }
    }

    private func waits(of name: String) -> [String] {
        guard let fault = scenario.faults.first(where: { $0.name == name }),
            case .when(let condition) = fault.trigger
        else { return [] }
        return condition.steps.compactMap { Self.fault(of: $0.pattern) }
    }

    private static func fault(of pattern: EventPattern) -> String? {
        switch pattern {
        case .faultBegins(let name), .faultHeals(let name): name
        case .log, .ready, .exits, .request, .report: nil
        }
    }

    /// The faults from `name` back to it, each waiting for the next.
    private func ring(from name: String) -> [String]? {
        var paths = [[name]]
        var seen: Set<String> = []
        while let path = paths.popLast() {
            guard let last = path.last else { continue }
            for next in waits(of: last) {
                if next == name { return path }
                if seen.insert(next).inserted { paths.append(path + [next]) }
            }
        }
        return nil
    }

    /// Reports a fault that waits for the healing of one that never heals.
    private func checkHeals(_ fault: FaultSpec) {
        guard case .when(let condition) = fault.trigger else { return }
        for step in condition.steps {
            guard case .faultHeals(let name) = step.pattern,
                let other = scenario.faults.first(where: { $0.name == name }),
                other.lasts == nil, other.verb != "restart"
            else { continue }
            faultEntries.first { $0.name == fault.name }?.fields.report(
                "'\(name)' never heals", key: "when",
                expected: "begins: \(name), or a 'for' on '\(name)'")
        }
    }
}
