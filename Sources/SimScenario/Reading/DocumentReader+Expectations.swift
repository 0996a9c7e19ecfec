import CommyBase
import SimModel

/// `expect:` - what must hold.
extension DocumentReader {
    struct ReadClaim {
        var value: ExpectationSpec.Claim
        var text: String
    }

    struct ReadSubject {
        var value: ExpectationSpec.Subject
        /// Nil when the claim's own text says it.
        var text: String?
    }

    func readExpectations(_ document: Fields) {
        for item in list(document, "expect") {
            guard let fields = Fields(item, Shapes.expectation, sink) else { continue }
            let entries = claimEntries(fields)
            if entries.isEmpty { _ = readTrafficName(fields) }
            for entry in entries { readExpectation(item, fields, entry) }
        }
    }

    private func readExpectation(_ item: YamlNode, _ fields: Fields, _ entry: YamlEntry) {
        let subject = readSubject(fields, entry)
        let claim = readClaim(entry, fields)
        let scope = readScope(fields, claim: claim, entry)
        guard let subject, let claim, let scope else { return }
        let head = subject.text.map { "\($0): " } ?? ""
        let expectation = ExpectationSpec(
            subject: subject.value, claim: claim.value, scope: scope,
            line: item.position.line, text: head + claim.text + Self.text(of: scope))
        scenario.expectations.append(expectation)
        checkWindow(of: expectation, fields)
    }

    func readTrafficName(_ fields: Fields) -> TrafficSpec? {
        guard let name = fields.text("traffic"), let node = fields.value("traffic") else {
            return nil
        }
        guard names.traffic.contains(name) else {
            reportUnknown("traffic", name, at: node, among: names.traffic)
            return nil
        }
        return scenario.traffic.first { $0.name == name }
    }

    /// The key that claims something; several of datagrams may stand together.
    private func claimEntries(_ fields: Fields) -> [YamlEntry] {
        let given = (fields.present(of: Shapes.claims) + fields.patterned)
            .sorted { $0.keyPosition < $1.keyPosition }
        guard let first = given.first else {
            if fields.hasUnknownKey { return [] }
            let place = fields.entry("share").map(\.keyPosition) ?? fields.node.position
            let found = fields.has("share") ? "'share' without 'route'" : "nothing is expected"
            sink.report(
                found, at: place,
                expected: "a claim: one of pNN, " + Shapes.claims.joined(separator: ", "))
            return []
        }
        let isOfFates = Shapes.datagramClaims.contains(first.key)
        let others = given.dropFirst()
        for extra in others where !isOfFates || !Shapes.datagramClaims.contains(extra.key) {
            sink.report(
                "'\(extra.key)' beside '\(first.key)'", at: extra.keyPosition,
                width: extra.keyWidth, expected: "one claim an expectation")
        }
        for (key, owners) in [
            ("share", ["route", "transport"]), ("within", ["eventually", "members"]),
        ] where !owners.contains(first.key) && fields.has(key) {
            fields.report(
                "'\(key)' beside '\(first.key)'", key: key,
                expected: "it belongs to \(Fields.alternatives(owners))")
        }
        return [first] + others.filter { isOfFates && Shapes.datagramClaims.contains($0.key) }
    }

    /// What the claim speaks of: the traffic, the process, or the run.
    private func readSubject(_ fields: Fields, _ claim: YamlEntry) -> ReadSubject? {
        if Shapes.eventClaims.contains(claim.key) {
            for extra in fields.present(of: ["traffic", "process", "on"]) {
                fields.report(
                    "'\(extra.key)' beside '\(claim.key)'", key: extra.key,
                    expected: "it belongs into the pattern of '\(claim.key)'")
            }
            return ReadSubject(value: .run)
        }
        if Shapes.meshClaims.contains(claim.key) { return readNodes(fields, claim) }
        if Shapes.processClaims.contains(claim.key) { return readProcess(fields, claim) }
        for extra in fields.present(of: ["process", "on"]) {
            fields.report(
                "'\(extra.key)' beside '\(claim.key)'", key: extra.key,
                expected: "traffic: NAME, since it speaks of requests")
        }
        if Shapes.datagramClaims.contains(claim.key) { return readDatagramTraffic(fields, claim) }
        guard fields.has("traffic") else {
            if !fields.hasUnknownKey, !fields.has("process") {
                sink.report(
                    "'\(claim.key)' without 'traffic'", at: claim.keyPosition,
                    width: claim.keyWidth, expected: "traffic: NAME beside it")
            }
            return nil
        }
        return readTrafficName(fields).map {
            ReadSubject(value: .traffic($0.name), text: $0.name)
        }
    }

    /// Claims on the mesh speak of its nodes.
    private func readNodes(_ fields: Fields, _ claim: YamlEntry) -> ReadSubject {
        for extra in fields.present(of: ["traffic", "process", "on"])
        where extra.key != "on" || claim.key != "members" {
            fields.report(
                "'\(extra.key)' beside '\(claim.key)'", key: extra.key,
                expected: "nothing: it speaks of the nodes of the mesh")
        }
        return ReadSubject(value: .run)
    }

    private func readProcess(_ fields: Fields, _ claim: YamlEntry) -> ReadSubject? {
        if fields.has("traffic") {
            fields.report(
                "'traffic' beside '\(claim.key)'", key: "traffic",
                expected: "process: NAME, since it speaks of a process")
            return nil
        }
        guard fields.has("process") else {
            if !fields.hasUnknownKey {
                sink.report(
                    "'\(claim.key)' without 'process'", at: claim.keyPosition,
                    width: claim.keyWidth, expected: "process: NAME beside it")
            }
            return nil
        }
        return processAndHost(fields, "process").map { found in
            ReadSubject(
                value: .process(found.name, host: found.host),
                text: found.host.map { "\(found.name) on \($0)" } ?? found.name)
        }
    }

    private func readDatagramTraffic(_ fields: Fields, _ claim: YamlEntry) -> ReadSubject? {
        let cure =
            claim.key == "misordered"
            ? "udp traffic with the reply echo or any"
            : "udp traffic with the reply echo or any, or traffic to a service"
        let counts = { (traffic: TrafficSpec) in
            claim.key == "misordered" ? traffic.countsDatagrams : traffic.countsFates
        }
        guard fields.has("traffic") else {
            if names.unknownTraffic.isEmpty, !scenario.traffic.contains(where: counts) {
                sink.report(
                    "'\(claim.key)', and no traffic counts datagrams", at: claim.keyPosition,
                    width: claim.keyWidth, expected: cure)
            }
            let all = scenario.traffic.contains { if case .mesh = $0.kind { true } else { false } }
            return ReadSubject(value: .run, text: all ? "all requests" : "all datagrams")
        }
        guard let traffic = readTrafficName(fields) else { return nil }
        if !names.unknownTraffic.contains(traffic.name), !counts(traffic) {
            fields.report(
                "'\(claim.key)' of '\(traffic.name)', which does not count datagrams",
                key: claim.key, expected: cure)
        }
        return ReadSubject(value: .traffic(traffic.name), text: traffic.name)
    }

    private func readClaim(_ entry: YamlEntry, _ fields: Fields) -> ReadClaim? {
        let traffic =
            fields.has("traffic")
            ? scenario.traffic.first { $0.name == fields.value("traffic")?.text } : nil
        switch entry.key {
        case "success": return readSuccess(entry)
        case "throughput": return readThroughput(entry, traffic: traffic)
        case "recovers": return readRecovers(entry)
        case "route": return readRoute(fields, traffic: traffic)
        case "transport": return readTransport(entry, fields, traffic: traffic)
        case "converges": return readConverges(entry)
        case "members": return readMembers(entry, fields)
        case "lost", "duplicated", "misordered": return readDatagrams(entry)
        case "memory", "cpu", "open-files", "threads": return readResource(entry)
        case "exit": return readExit(entry, fields)
        case "restarts": return readRestarts(entry)
        case "eventually": return readEventually(entry, fields)
        case "always": return readAlways(entry)
        case "never":
            return eventPattern(entry).map {
                ReadClaim(value: .never($0), text: "never \($0.shortText)")
            }
        case "sometimes":
            return eventPattern(entry).map {
                ReadClaim(value: .sometimes($0), text: "sometimes \($0.shortText)")
            }
        default: return readLatency(entry)
        }
    }
}
