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
            ("scenario", scenarioDirectory), ("tls", HostCertificates.directory),
            ("commy-traffic", traffic),
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
    var namesScenarioDirectory: Bool { names("scenario") }

    /// True when `{{variable}}` is in something of it.
    func names(_ variable: String) -> Bool {
        var texts = command.texts + environment.map(\.value) + files.map(\.content)
        if case .exec(let line) = readiness { texts.append(line) }
        return texts.contains { Self.names(variable, in: $0) }
    }

    fileprivate static func names(_ variable: String, in text: String) -> Bool {
        text.contains("{{\(variable)}}") || text.contains("{{ \(variable) }}")
    }
}

extension ProcessSpec.Command {
    fileprivate var texts: [String] {
        switch self {
        case .arguments(let words): words
        case .shell(let line): [line]
        }
    }
}

extension Scenario {
    /// True when a traffic speaks TLS, or a command asks where the certificates are.
    var usesCertificates: Bool {
        let commands =
            traffic.compactMap { source in
                if case .exec(let command) = source.kind { command } else { nil }
            }
            + faults.flatMap { fault -> [ProcessSpec.Command] in
                guard case .exec(_, let begin, let heal) = fault.action else { return [] }
                return [begin] + (heal.map { [$0] } ?? [])
            }
        return traffic.contains { $0.tls != nil } || processes.contains { $0.names("tls") }
            || commands.flatMap(\.texts).contains { ProcessSpec.names("tls", in: $0) }
    }
}
