import SimModel

/// `{{variables}}` in commands, environment and files.
extension DocumentReader {
    private static let variables = [
        "host", "address", "address6", "dir", "scenario", "tls", "commy-traffic", "commyd",
        "commy-workload",
    ]

    /// Reports each `{{word}}` of the text that is no variable, where it stands in the file.
    func checkVariables(_ text: String, at node: YamlNode?) {
        guard let node else { return }
        var seen: [String: Int] = [:]
        var rest = text[...]
        while let open = Self.index(of: "{{", in: rest) {
            let inner = rest[open...].dropFirst(2)
            guard let close = Self.index(of: "}}", in: inner) else { return }
            // The last `{{` before the `}}` opens it: `{{{dir}}` is a brace and a variable.
            var start = open
            while let later = Self.index(of: "{{", in: rest[rest.index(after: start)..<close]) {
                start = later
            }
            let word = String(rest[start..<close].dropFirst(2))
            rest = inner[close...].dropFirst(2)
            guard !word.contains("\n") else { continue }
            let token = "{{\(word)}}"
            let ordinal = seen[token, default: 0]
            seen[token] = ordinal + 1
            guard let fault = variableFault(word) else { continue }
            let place =
                sink.source(of: node.position).find(token, ordinal: ordinal, from: node.position)
                ?? node.position
            sink.report(
                fault.message, at: place, width: token.unicodeScalars.count,
                expected: fault.expected, suggestion: fault.suggestion)
        }
    }

    private static func index(of pair: String, in text: Substring) -> Substring.Index? {
        text.indices.first { text[$0...].hasPrefix(pair) }
    }

    private struct VariableFault {
        var message: String
        var expected: String
        var suggestion: String?
    }

    private func variableFault(_ word: String) -> VariableFault? {
        let parts = word.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let needsIPv6 = parts.first == "address6"
        if needsIPv6, scenario.topology.mtu < 1_280 {
            return VariableFault(
                message: "{{\(word)}} with an MTU of \(scenario.topology.mtu)",
                expected: "an mtu of at least 1280, which IPv6 needs")
        }
        if Self.variables.contains(word) { return nil }
        if parts.count == 2, parts[0] == "address" || needsIPv6 {
            let host = String(parts[1])
            if names.hosts.contains(host) || !names.nodesAreKnown { return nil }
            return VariableFault(
                message: "there is no host '\(host)' for {{\(word)}}",
                expected: "{{\(parts[0]):HOST}} with a host of the topology",
                suggestion: Suggestion.nearest(to: host, among: names.hosts))
        }
        let trimmed = word.filter { $0 != " " }
        let nearest =
            Self.variables.contains(trimmed)
            ? trimmed : Suggestion.nearest(to: word, among: Self.variables)
        let all = Self.variables.map { "{{\($0)}}" } + ["{{address:HOST}}", "{{address6:HOST}}"]
        return VariableFault(
            message: "unknown variable {{\(word)}}",
            expected: "one of " + all.joined(separator: ", "),
            suggestion: nearest.map { "{{\($0)}}" })
    }
}
