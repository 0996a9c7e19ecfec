internal import CommyBase

/// Tells whether an event is what a pattern means.
public struct EventMatcher: Sendable {
    public let pattern: EventPattern
    /// Compiled once; a pattern that does not compile matches nothing (the reader has refused it).
    private let expression: CompiledExpression?
    /// For each field of a report that is wanted; nil where plain texts are.
    private let fieldExpressions: [CompiledExpression?]

    public init(_ pattern: EventPattern) {
        self.pattern = pattern
        if case .log(.expression(let text), _, _) = pattern {
            expression = CompiledExpression(text)
        } else {
            expression = nil
        }
        if case .report(let report) = pattern {
            fieldExpressions = report.wanted.map { wanted in
                guard case .expression(let text) = wanted.value else { return nil }
                return CompiledExpression(text)
            }
        } else {
            fieldExpressions = []
        }
    }

    /// True for an event of the pattern's kind from the process, fault or traffic that it names.
    public func concerns(_ fact: RunEvent.Fact) -> Bool {
        switch (pattern, fact) {
        case (.log(_, let process, let host), .processOutput(let output)):
            Self.names(process, host, output.process, output.host)
        case (.ready(let process, let host), .processReady(let ready)):
            Self.names(process, host, ready.process, ready.host)
        case (.exits(let process, let host), .processExited(let exit)):
            Self.names(process, host, exit.process, exit.host)
        case (.faultBegins(let fault), .faultStarted(let transition)):
            transition.fault == fault
        case (.faultHeals(let fault), .faultHealed(let transition)):
            transition.fault == fault
        case (.request(let wanted), .request(let outcome)):
            outcome.traffic == wanted.traffic
        case (.report(let wanted), .processReported(let report)):
            wanted.kind == report.kind
                && Self.names(wanted.process, wanted.host, report.process, report.host)
        case (.log, _), (.ready, _), (.exits, _), (.faultBegins, _), (.faultHeals, _),
            (.request, _), (.report, _):
            false
        }
    }

    /// True when the event is what the pattern means.
    public func matches(_ fact: RunEvent.Fact) -> Bool {
        guard concerns(fact) else { return false }
        switch (pattern, fact) {
        case (.log(.contains(let text), _, _), .processOutput(let output)):
            return output.line.contains(text)
        case (.log(.expression, _, _), .processOutput(let output)):
            return expression?.matches(output.line) ?? false
        case (.request(let wanted), .request(let outcome)):
            return wanted.matches(outcome)
        case (.report(let wanted), .processReported(let report)):
            return matches(wanted, report.fields)
        case (.log, _), (.ready, _), (.exits, _), (.faultBegins, _), (.faultHeals, _),
            (.request, _), (.report, _):
            return true
        }
    }

    private func matches(_ pattern: ReportPattern, _ fields: ReportedFields) -> Bool {
        zip(pattern.wanted, fieldExpressions).allSatisfy { wanted, expression in
            guard let seen = fields[wanted.field] else { return false }
            switch wanted.value {
            case .oneOf(let texts): return texts.contains(seen)
            case .expression: return expression?.matches(seen) ?? false
            }
        }
    }

    /// True for an event that shows that what the pattern looks at was there at all.
    func isSignOfLife(_ fact: RunEvent.Fact) -> Bool {
        switch (pattern, fact) {
        case (.ready(let process, let host), .processStarted(let start)),
            (.exits(let process, let host), .processStarted(let start)):
            Self.names(process, host, start.process, start.host)
        case (.faultBegins, _), (.faultHeals, _): true
        case (.report(let wanted), .processReported(let report)):
            // Whoever reports anything would have reported this.
            Self.names(wanted.process, wanted.host, report.process, report.host)
        case (.log, _), (.ready, _), (.exits, _), (.request, _), (.report, _): concerns(fact)
        }
    }

    private static func names(
        _ process: String?, _ host: String?, _ seenProcess: String, _ seenHost: String
    ) -> Bool {
        (process ?? seenProcess) == seenProcess && (host ?? seenHost) == seenHost
    }

    /// An event in a line, for evidence.
    public static func text(of fact: RunEvent.Fact) -> String {
        switch fact {
        case .processOutput(let output): "\(output.process)@\(output.host): \(output.line)"
        case .processReady(let ready): "\(ready.process)@\(ready.host) is ready"
        case .processExited(let exit): "\(exit.process)@\(exit.host) \(exit.ending)"
        case .faultStarted(let fault): "\(fault.fault) begins"
        case .faultHealed(let fault): "\(fault.fault) heals"
        case .request(let request):
            "\(request.traffic) #\(request.ordinal) \(request.result.rawValue)"
        case .processReported(let report): report.text
        case .processMisreported(let report):
            "\(report.process)@\(report.host): no report (\(report.reason)): \(report.line)"
        case .runStarted, .hostUp, .linkUp, .processStarted, .processSampled, .trafficStarted,
            .requestRepeated, .trafficEnded, .faultMissed, .linkChanged, .linkTotals,
            .machineStalled, .judged, .runEnded:
            fact.kind.rawValue
        }
    }
}

extension ProcessReported {
    /// `commyd@a: member peer=b state=dead`.
    public var text: String { "\(process)@\(host): \(words)" }

    /// As its process has written it, but for the order of the fields.
    public var line: String { "\(ReportedLine.mark) \(words)" }

    private var words: String { fields.fields.isEmpty ? kind : "\(kind) \(fields.text)" }
}

extension ReportPattern {
    /// Whose reports it looks at.
    var source: String {
        switch (process, host) {
        case (let process?, let host?): "\(process)@\(host)"
        case (let process?, nil): process
        case (nil, let host?): "a process on \(host)"
        case (nil, nil): "any process"
        }
    }
}

extension ProcessExited {
    /// `ended with code 1`, `was killed by signal 9`.
    public var ending: String {
        signal.map { "was killed by signal \($0)" } ?? "ended with code \(exitCode ?? 0)"
    }
}

extension EventPattern {
    /// In the words of the scenario language.
    public var words: String {
        func place(_ process: String?, _ host: String?) -> String {
            switch (process, host) {
            case (let process?, let host?): " of \(process)@\(host)"
            case (let process?, nil): " of \(process)"
            case (nil, let host?): " on \(host)"
            case (nil, nil): ""
            }
        }
        switch self {
        case .log(let text, let process, let host): return "log \(text.text)\(place(process, host))"
        case .ready(let process, let host): return "ready\(place(process, host))"
        case .exits(let process, let host): return "exit\(place(process, host))"
        case .faultBegins(let fault): return "begin of \(fault)"
        case .faultHeals(let fault): return "end of \(fault)"
        case .request(let request): return request.words
        case .report(let report): return report.words + place(report.process, report.host)
        }
    }
}

extension RequestPattern {
    /// `checkout ok from web-2`.
    public var words: String {
        var words = traffic
        switch result {
        case nil: break
        case .ok: words += " ok"
        case .failed: words += " failed"
        case .exactly(let result): words += " \(result.rawValue)"
        }
        if let status { words += " \(status)" }
        if let code { words += " code \(ErrorCode(rawValue: UInt16(clamping: code)))" }
        if let backend { words += " from \(backend)" }
        return words
    }
}
