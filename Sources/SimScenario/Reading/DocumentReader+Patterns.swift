import CommyBase
import SimModel

/// Patterns of events: `when` of faults; `eventually`, `always`, `never` and `sometimes`.
extension DocumentReader {
    func readPattern(_ fields: Fields) -> EventPattern? {
        let given = fields.present(of: Shapes.patternHeads)
        guard let head = given.first?.key else {
            if !fields.hasUnknownKey {
                sink.report(
                    "\(fields.shape.title) of no event", at: fields.node,
                    expected: "one of " + Shapes.patternHeads.joined(separator: ", "))
            }
            return nil
        }
        for extra in given.dropFirst() {
            fields.report(
                "'\(extra.key)' beside '\(head)'", key: extra.key,
                expected: "one kind of event a pattern")
        }
        if given.count == 1 { fields.checkCompany(of: head) }
        switch head {
        case "log": return readLogPattern(fields)
        case "ready":
            return processAndHost(fields, "ready").map { .ready(process: $0.name, host: $0.host) }
        case "exits":
            return processAndHost(fields, "exits").map { .exits(process: $0.name, host: $0.host) }
        case "begins": return faultName(fields, "begins").map { .faultBegins($0) }
        case "heals": return faultName(fields, "heals").map { .faultHeals($0) }
        case "becomes": return readBecomes(fields).map { .report($0) }
        case "event": return readEvent(fields).map { .report($0) }
        default: return readRequestPattern(fields).map { .request($0) }
        }
    }

    /// A process, and `on` when it is there.
    func processAndHost(_ fields: Fields, _ key: String) -> (name: String, host: String?)? {
        let host = host(fields, "on")
        guard let name = fields.text(key), let place = fields.value(key) else { return nil }
        guard names.processes.contains(name) else {
            reportUnknown("process", name, at: place, among: names.processes)
            return nil
        }
        guard fields.has("on") else { return (name, nil) }
        guard let host else { return nil }
        let process = scenario.processes.first { $0.name == name }
        if let process, !process.hosts.contains(host) {
            fields.report(
                "'\(name)' does not run on '\(host)'", value: "on",
                expected: "one of " + process.hosts.joined(separator: ", "))
        }
        return (name, host)
    }

    private func faultName(_ fields: Fields, _ key: String) -> String? {
        guard let name = fields.text(key), let place = fields.value(key) else { return nil }
        guard names.faults.contains(name) else {
            reportUnknown("fault", name, at: place, among: names.faults)
            return nil
        }
        return name
    }

    private func readLogPattern(_ fields: Fields) -> EventPattern? {
        var process: String?
        var host: String?
        if fields.has("process") {
            guard let found = processAndHost(fields, "process") else { return nil }
            (process, host) = (found.name, found.host)
        } else if fields.has("on") {
            guard let found = self.host(fields, "on") else { return nil }
            host = found
        }
        guard let text = fields.text("log") else { return nil }
        guard !text.isEmpty else {
            fields.report("'log' is empty", value: "log", expected: "text, or /REGEX/")
            return nil
        }
        guard text.count > 2, text.hasPrefix("/"), text.hasSuffix("/") else {
            return .log(.contains(text), process: process, host: host)
        }
        let expression = String(text.dropFirst().dropLast())
        checkExpression(expression, at: fields.value("log"), needsGroup: false)
        return .log(.expression(expression), process: process, host: host)
    }

    private func readRequestPattern(_ fields: Fields) -> RequestPattern? {
        let result = fields.text("result")
        let status = fields.integer("status")
        guard let traffic = readTrafficName(fields) else { return nil }
        let isKnown = !names.unknownTraffic.contains(traffic.name)
        var pattern = RequestPattern(traffic: traffic.name, status: status)
        switch result {
        case nil: break
        case "ok": pattern.result = .ok
        case "failed": pattern.result = .failed
        case let word?:
            guard let exact = RequestOutcome.Result(rawValue: word) else { return nil }
            pattern.result = .exactly(exact)
            if isKnown { check(exact, of: traffic, fields) }
        }
        if fields.has("status"), traffic.protocolName != "http", isKnown {
            fields.report(
                "'status' of the \(traffic.protocolName) traffic '\(traffic.name)'", key: "status",
                expected: "result: ok or another result, which all traffic has")
        }
        pattern.code = readCode(fields, of: traffic)
        guard let backend = fields.text("backend") else { return pattern }
        pattern.backend = backend
        if isKnown { check(backend, of: traffic, fields) }
        return pattern
    }

    /// An error of the mesh, by its name in the table.
    private func readCode(_ fields: Fields, of traffic: TrafficSpec) -> Int? {
        guard let name = fields.text("code") else { return nil }
        if traffic.protocolName != "mesh", !names.unknownTraffic.contains(traffic.name) {
            fields.report(
                "'code' of the \(traffic.protocolName) traffic '\(traffic.name)'", key: "code",
                expected: "traffic to a service")
        }
        guard let entry = ErrorCode.table.first(where: { $0.name == name }) else {
            let known = ErrorCode.table.map(\.name)
            fields.report(
                "there is no error '\(name)'", value: "code",
                expected: "the name of an error, such as noHealthyInstance",
                suggestion: Suggestion.nearest(to: name, among: known))
            return nil
        }
        return Int(entry.code.rawValue)
    }

    private func check(
        _ result: RequestOutcome.Result, of traffic: TrafficSpec, _ fields: Fields
    ) {
        let isHTTP = traffic.protocolName == "http"
        let isMesh = traffic.protocolName == "mesh"
        let isPossible =
            switch result {
            case .serverError: isHTTP || isMesh
            case .malformed: isHTTP
            case .wrongAnswer: !isHTTP
            case .ok, .timeout, .refused, .reset, .unreachable, .overload: true
            }
        guard !isPossible else { return }
        fields.report(
            "no request of the \(traffic.protocolName) traffic '\(traffic.name)' ends with "
                + "'\(result.rawValue)'", value: "result",
            expected: isHTTP ? "server-error, or a status" : "wrong-answer, or another result")
    }

    private func check(_ backend: String, of traffic: TrafficSpec, _ fields: Fields) {
        guard let attribution = traffic.attribution else {
            fields.report(
                "'backend' needs to know who answered, and the traffic '\(traffic.name)' does not "
                    + "say how", key: "backend",
                expected: "backend: { header: X-Backend }, { body: REGEX } or peer on that traffic"
            )
            return
        }
        let host = attribution == .instance ? String(backend.prefix { $0 != "/" }) : backend
        guard [.peer, .instance].contains(attribution), names.nodesAreKnown,
            !names.hosts.contains(host), let node = fields.value("backend")
        else { return }
        reportUnknown("host", backend, at: node, among: names.hosts)
    }
}
