internal import SimModel

/// Fills in the `{{...}}` of commands, variables and files, for one process on one host.
struct Placeholders {
    /// `{{dir}}`, `{{host}}`, ... with what they stand for.
    private var values: [(name: String, value: String)]
    private let hostNames: [String]

    /// `traffic`: where the traffic generator is, for its echo server.
    init(
        host: Int, directory: String, scenarioDirectory: String, traffic: String,
        hostNames: [String]
    ) {
        self.hostNames = hostNames
        values = [
            ("host", hostNames[host]), ("address", AddressPlan.text4(host: host)),
            ("address6", AddressPlan.text6(host: host)), ("dir", directory),
            ("scenario", scenarioDirectory), ("commy-traffic", traffic),
        ]
        // The programs of this package lie in one directory.
        let programs = traffic.prefix(through: traffic.lastIndex(of: "/") ?? traffic.startIndex)
        values += ["commyd", "commy-workload"].map { ($0, programs + $0) }
    }

    /// `text` with every known placeholder replaced; the reader has refused unknown ones.
    func fill(_ text: String) -> String {
        var result = ""
        var rest = text[...]
        while let open = rest.firstRange(of: "{{") {
            let after = rest[open.upperBound...]
            guard let close = after.firstRange(of: "}}") else { break }
            // Of `{{{host}}}` the inner braces count: JSON puts its own around.
            if after.first == "{" {
                let inner = rest.index(after: open.lowerBound)
                result += rest[..<inner]
                rest = rest[inner...]
                continue
            }
            let name = after[..<close.lowerBound]
            let trimmed = String(name.filter { $0 != " " })
            result += rest[..<open.lowerBound]
            result += value(of: trimmed) ?? String(rest[open.lowerBound..<close.upperBound])
            rest = rest[close.upperBound...]
        }
        return result + rest
    }

    private func value(of name: String) -> String? {
        if let known = values.first(where: { $0.name == name }) { return known.value }
        for prefix in ["address:", "address6:"] where name.hasPrefix(prefix) {
            guard let host = hostNames.firstIndex(of: String(name.dropFirst(prefix.count))) else {
                return nil
            }
            return prefix == "address:"
                ? AddressPlan.text4(host: host) : AddressPlan.text6(host: host)
        }
        return nil
    }
}

extension ProcessSpec {
    /// True when something of it stands for the scenario's directory.
    var namesScenarioDirectory: Bool {
        let texts: [String] =
            switch command {
            case .arguments(let words): words
            case .shell(let line): [line]
            }
        return (texts + environment.map(\.value) + files.map(\.content)).contains {
            $0.contains("{{scenario}}") || $0.contains("{{ scenario }}")
        }
    }
}
