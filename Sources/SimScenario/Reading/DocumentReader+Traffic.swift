import CommyBase
import SimModel

/// `traffic:` - sources of requests.
extension DocumentReader {
    func readTraffic(_ document: Fields) {
        for entry in named(document, "traffic") {
            checkName(entry, of: "traffic")
            guard let fields = Fields(entry.value, Shapes.traffic, sink) else { continue }
            let usesIPv6 = fields.boolean("ipv6") ?? false
            let source = host(fields, "from")
            let target = readTarget(fields, usesIPv6: usesIPv6)
            let http =
                target ?? HTTPExchange(target: SocketTarget(host: "", port: 80), path: "/")
            var traffic = TrafficSpec(name: entry.key, source: source ?? "", kind: .http(http))
            if usesIPv6, scenario.topology.mtu < 1_280 {
                fields.report(
                    "IPv6 with an MTU of \(scenario.topology.mtu)", value: "ipv6",
                    expected: "an mtu of at least 1280, which IPv6 needs")
            }
            if let rate = fields.number("rate") { traffic.arrival.ratePerSecond = rate }
            if let timeout = fields.duration("timeout") { traffic.timeout = timeout }
            if let connection = fields.word("connection", as: TrafficSpec.Connection.self) {
                traffic.connection = connection
            }
            traffic.attribution = readBackendHeader(fields).map { .header($0) }
            if let start = fields.duration("start") { traffic.start = start }
            traffic.end = fields.duration("end")
            checkSpan(of: traffic, fields)
            scenario.traffic.append(traffic)
            trafficFields.append((entry.key, fields))
        }
    }

    /// A host by its own name.
    func host(_ fields: Fields, _ key: String) -> String? {
        guard let text = fields.text(key), let node = fields.value(key) else { return nil }
        guard names.hosts.contains(text) else {
            if names.nodesAreKnown { reportUnknown("host", text, at: node, among: names.hosts) }
            return nil
        }
        return text
    }

    private func readTarget(_ fields: Fields, usesIPv6: Bool) -> HTTPExchange? {
        guard let text = fields.text("http"), let node = fields.value("http") else { return nil }
        let form = "http://HOST:PORT/PATH with a host of the topology"
        let scheme = "http://"
        guard text.hasPrefix(scheme) else {
            let found = text.hasPrefix("https://") ? "https is not supported yet" : "no http URL"
            sink.report("'http' is \(node.described): \(found)", at: node, expected: form)
            return nil
        }
        let rest = text.dropFirst(scheme.count)
        let authority = rest.prefix { !"/?#".contains($0) }
        let tail = rest.dropFirst(authority.count)
        let path = tail.first == "?" ? "/" + tail : String(tail)
        let parts = authority.split(separator: ":", omittingEmptySubsequences: false)
        let isPrintable = path.unicodeScalars.allSatisfy { (0x21...0x7e).contains($0.value) }
        guard let name = parts.first, parts.count <= 2, isPrintable, !path.contains("#"),
            let port = parts.count == 2 ? Self.port(String(parts[1])) : 80
        else {
            sink.report("'http' is \(node.described): no http URL", at: node, expected: form)
            return nil
        }
        guard names.hosts.contains(String(name)) else {
            if names.nodesAreKnown {
                reportUnknown("host", String(name), at: node, among: names.hosts)
            }
            return nil
        }
        return HTTPExchange(
            target: SocketTarget(host: String(name), port: port, usesIPv6: usesIPv6),
            path: path.isEmpty ? "/" : path)
    }

    private func readBackendHeader(_ fields: Fields) -> String? {
        guard let text = fields.text("backend-header") else { return nil }
        let isToken =
            !text.isEmpty
            && text.allSatisfy {
                $0.isASCII && ($0.isLetter || $0.isNumber || "!#$%&'*+-.^_`|~".contains($0))
            }
        if !isToken {
            fields.report(
                "'\(text)' is no name of a header", value: "backend-header",
                expected: "a header name such as X-Backend")
        }
        return text
    }

    private func checkSpan(of traffic: TrafficSpec, _ fields: Fields) {
        let duration = scenario.duration
        let end = traffic.end ?? duration
        if traffic.start >= duration {
            fields.report(
                "the traffic starts at \(traffic.start.shortText), and the run ends at "
                    + duration.shortText, value: "start", expected: "an earlier start")
        } else if end > duration {
            fields.report(
                "the traffic ends at \(end.shortText), and the run at \(duration.shortText)",
                value: "end", expected: "at most the duration")
        } else if end <= traffic.start {
            fields.report(
                "the traffic ends at \(end.shortText), not after its start", value: "end",
                expected: "later than \(traffic.start.shortText)")
        } else if traffic.arrival.expectedCount(seconds: (end - traffic.start).seconds) < 1 {
            fields.report(
                "the traffic sends no request in \((end - traffic.start).shortText)",
                key: fields.has("rate") ? "rate" : "from", expected: "a higher rate")
        }
    }
}
