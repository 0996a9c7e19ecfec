import CommyBase
import SimModel

/// Claims on what happens: `eventually`, `always`, `never` and `sometimes`.
extension DocumentReader {
    /// The pattern of a claim. Requests alone always happen and say nothing.
    func eventPattern(_ entry: YamlEntry) -> EventPattern? {
        guard let fields = Fields(entry.value, Shapes.pattern, sink),
            let pattern = readPattern(fields)
        else { return nil }
        guard case .request(let request) = pattern else { return pattern }
        if request.result == nil, request.status == nil, request.backend == nil,
            fields.present(of: ["result", "status", "backend", "code"]).isEmpty
        {
            fields.report(
                "'\(entry.key)' of all requests of '\(request.traffic)' says nothing",
                key: "traffic", expected: "result, status or backend beside it")
        }
        return pattern
    }

    func readEventually(_ entry: YamlEntry, _ fields: Fields) -> ReadClaim? {
        let pattern = eventPattern(entry)
        guard fields.has("within") else {
            fields.report(
                "'eventually' without 'within'", key: "eventually",
                expected: "within: DURATION beside it, so that it can fail")
            return nil
        }
        guard let within = fields.duration("within"), let pattern else { return nil }
        return ReadClaim(
            value: .eventually(pattern, within: within),
            text: "eventually \(pattern.shortText) within \(within.shortText)")
    }

    /// Only what has a kind that it could fail to be like: requests, and lines of a process.
    func readAlways(_ entry: YamlEntry) -> ReadClaim? {
        guard let pattern = eventPattern(entry) else { return nil }
        switch pattern {
        case .request:
            break
        case .log(_, let process, _):
            if process == nil {
                sink.report(
                    "'always' of the output of all processes", at: entry.value,
                    expected: "process: NAME in it: every line of that process")
            }
        case .report(let report):
            if report.wanted.isEmpty {
                sink.report(
                    "'always' of all reports of a kind says nothing", at: entry.value,
                    expected: "a field beside 'kind'")
            }
        case .ready, .exits, .faultBegins, .faultHeals:
            sink.report(
                "'always' of an event that happens once", at: entry.value,
                expected: "eventually or sometimes; 'always' is for requests and for lines of a "
                    + "process")
        }
        return ReadClaim(value: .always(pattern), text: "always \(pattern.shortText)")
    }
}

extension EventPattern {
    /// In one line, as an expectation's text has it.
    var shortText: String {
        func on(_ host: String?) -> String { host.map { " on \($0)" } ?? "" }
        switch self {
        case .log(let text, let process, let host):
            let shown =
                switch text {
                case .contains(let word): "\"\(word.replacing("\n", with: " "))\""
                case .expression: text.text
                }
            return "log \(shown)" + (process.map { " of \($0)" } ?? "") + on(host)
        case .ready(let process, let host): return "ready \(process)" + on(host)
        case .exits(let process, let host): return "exits \(process)" + on(host)
        case .faultBegins(let name): return "begins \(name)"
        case .faultHeals(let name): return "heals \(name)"
        case .request(let pattern): return pattern.shortText
        case .report(let pattern):
            let place = pattern.process.map { " of \($0)" } ?? ""
            return (pattern.isState ? "becomes " : "event ") + pattern.words + place
                + on(pattern.host)
        }
    }
}

extension RequestPattern {
    var shortText: String {
        var parts: [String] = []
        switch result {
        case nil: break
        case .ok: parts.append("result ok")
        case .failed: parts.append("result failed")
        case .exactly(let exact): parts.append("result \(exact.rawValue)")
        }
        if let status { parts.append("status \(status)") }
        if let code { parts.append("code \(ErrorCode(rawValue: UInt16(clamping: code)))") }
        if let backend { parts.append("backend \(backend)") }
        let tail = parts.isEmpty ? "" : " with " + parts.joined(separator: ", ")
        return "traffic \(traffic)" + tail
    }
}
