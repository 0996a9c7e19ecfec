import SimModel

/// Claims on processes: what they use, how they end, how often they start.
extension DocumentReader {
    func readResource(_ entry: YamlEntry) -> ReadClaim? {
        guard let resource = ExpectationSpec.Resource(rawValue: entry.key) else {
            preconditionFailure("'\(entry.key)' is in the table but no resource")
        }
        let read: Bound<Double>? =
            switch resource {
            case .memory:
                bound(entry, as: Shapes.sizeBound) { Units.size($0).map(Double.init) }
            case .cpu:
                bound(entry, as: Shapes.cpuBound) { Units.percentage($0, 0...100_000) }
            case .openFiles, .threads:
                bound(entry, as: Shapes.countBound, read: Self.count)
            }
        return read.map {
            ReadClaim(
                value: .resource(resource, $0.comparison, $0.value),
                text: "\(entry.key) \($0.text)")
        }
    }

    private static func count(_ text: String) -> Result<Double, UnitFault> {
        guard let count = Int(text), (0...Limits.patternCount).contains(count) else {
            return .failure(UnitFault(reason: nil))
        }
        return .success(Double(count))
    }

    func readRestarts(_ entry: YamlEntry) -> ReadClaim? {
        bound(entry, as: Shapes.restartBound, read: Self.count).map {
            ReadClaim(
                value: .restarts($0.comparison, Int($0.value)), text: "restarts \($0.text)")
        }
    }

    func readExit(_ entry: YamlEntry, _ fields: Fields) -> ReadClaim? {
        checkStaysDead(fields)
        guard let text = entry.value.text else {
            report(entry, UnitFault(reason: nil), expected: Self.exitForm)
            return nil
        }
        guard let state = Self.exitState(text) else {
            let words = ["running"] + Signals.all.map { "SIG\($0.key)" }
            let bare = Signals.all.contains { $0.key == text.uppercased() }
            report(
                entry,
                UnitFault(
                    reason: nil,
                    suggestion: bare
                        ? "SIG\(text.uppercased())" : Suggestion.nearest(to: text, among: words)),
                expected: Self.exitForm)
            return nil
        }
        return ReadClaim(value: .exit(state), text: "exit \(text)")
    }

    private static let exitForm =
        "an exit code from 0 to 255, running, or a signal such as SIGKILL"

    private static func exitState(_ text: String) -> ExpectationSpec.ExitState? {
        if text == "running" { return .running }
        if let code = Int32(text) { return (0...255).contains(code) ? .code(code) : nil }
        guard text.hasPrefix("SIG") else { return nil }
        return Signals.all.first { $0.key == text.dropFirst(3) }.map { .signal($0.value) }
    }

    /// A process that is started again has no end to speak of.
    private func checkStaysDead(_ fields: Fields) {
        guard let name = fields.value("process")?.text,
            let process = scenario.processes.first(where: { $0.name == name }),
            process.restart != .never
        else { return }
        fields.report(
            "'exit' of '\(name)', which is started again (restart: \(process.restart.rawValue))",
            key: "exit", expected: "restarts: \"<= 1\", or restart: never on that process")
    }
}
