internal import CommyBase

/// Finds what an expectation speaks of and hands it to the judge of its kind.
extension Judge {
    /// What every judgement of one run needs. The logs are in order.
    struct Hearing {
        var logs: [RequestLog]
        var story: RunStory
        var calendar: Window.Calendar
        var trafficEnd: Int64
    }

    /// The verdict on one expectation; `number` is its place among them.
    func judge(_ spec: ExpectationSpec, number: Int, _ hearing: Hearing) -> Judged {
        let window: Window
        do throws(Window.MissingFault) {
            window = try self.window(of: spec, hearing)
        } catch {
            return withoutWindow(spec, error.name, hearing)
        }
        switch spec.subject {
        case .traffic(let name):
            guard let log = hearing.logs.first(where: { $0.name == name }) else {
                return judged(spec, .error, "there is no traffic named \(name)", [])
            }
            if case .transport = spec.claim,
                let traffic = scenario.traffic.first(where: { $0.name == name })
            {
                return judgeTransport(spec, traffic, window)
            }
            return judge(spec, log, [name], window, hearing)
        case .process(let name, let host):
            return judge(spec, process: name, host: host, window, hearing)
        case .run:
            return judgeRun(spec, number: number, window, hearing)
        }
    }

    private func judgeRun(
        _ spec: ExpectationSpec, number: Int, _ window: Window, _ hearing: Hearing
    ) -> Judged {
        if case .request(let pattern) = spec.claim.pattern {
            guard let log = hearing.logs.first(where: { $0.name == pattern.traffic }) else {
                return judged(spec, .error, "there is no traffic named \(pattern.traffic)", [])
            }
            return judge(spec, log, [pattern.traffic], window, hearing)
        }
        if case .datagrams(let fate, _, _) = spec.claim {
            let names = scenario.traffic.filter {
                fate == .misordered ? $0.countsDatagrams : $0.countsFates
            }.map(\.name)
            let logs = hearing.logs.filter { names.contains($0.name) }
            let all = RequestLog.merged(logs, name: names.joined(separator: ", "))
            return judge(spec, all, names, window, hearing)
        }
        if spec.claim.isOfMesh {
            return judgeMesh(spec, meshWindow(of: spec, window), hearing)
        }
        guard let watch = watches[number] else {
            return judged(spec, .error, "nobody has looked for it", [])
        }
        let claim = EventClaimJudge(
            watch: watch, window: spec.claim.beforeFarewells(window, end: hearing.trafficEnd),
            story: hearing.story, runEnd: runEnd ?? .max)
        let outcome = claim.outcome(of: spec.claim)
        let evidence = claim.evidence(spec.claim)
        guard !outcome.holds else { return judged(spec, .pass, outcome.text, evidence) }
        guard !outcome.isVacuous else { return judged(spec, .fail, outcome.text, evidence) }
        let doubts = claim.doubts(spec.claim, disturbance) + slowness(window.spans, hearing)
        return judged(
            spec, doubts.isEmpty ? .fail : .inconclusive, outcome.text, doubts + evidence)
    }

    private func judge(
        _ spec: ExpectationSpec, process name: String, host: String?, _ window: Window,
        _ hearing: Hearing
    ) -> Judged {
        let records = processes.filter {
            $0.process == name && (host ?? $0.host) == $0.host
        }
        let claim = ProcessClaimJudge(
            records: records, window: window, story: hearing.story, trafficEnd: hearing.trafficEnd)
        let outcome = claim.outcome(of: spec.claim)
        let evidence = claim.evidence(spec.claim)
        guard !outcome.holds else { return judged(spec, .pass, outcome.text, evidence) }
        // A program that is starved uses less, holds more and gives up what it would have done.
        let doubts = outcome.isVacuous ? [] : slowness(window.spans, hearing)
        return judged(
            spec, doubts.isEmpty ? .fail : .inconclusive, outcome.text, doubts + evidence)
    }

    private func judge(
        _ spec: ExpectationSpec, _ log: RequestLog, _ traffic: [String], _ window: Window,
        _ hearing: Hearing
    ) -> Judged {
        let sources = scenario.traffic.filter { traffic.contains($0.name) }
        let claim = ClaimJudge(
            spec: spec, log: log, window: window, story: hearing.story,
            faultBegan: faults.first { $0.spec.name == window.fault }?.began,
            running: span(of: sources, hearing))
        let samples = log.samples(in: window)
        let outcome = claim.outcome(of: samples)
        let evidence = claim.evidence(samples, outcome)
        guard !outcome.holds else { return judged(spec, .pass, outcome.text, evidence) }
        let timeout = sources.map(\.timeout.nanoseconds).max() ?? .max
        var doubts = samples.isEmpty ? [] : claim.doubts(samples, disturbance, timeout: timeout)
        if !outcome.isVacuous { doubts += slowness(window.spans, hearing) }
        let verdict: Verdict = doubts.isEmpty ? .fail : .inconclusive
        return judged(spec, verdict, outcome.text, doubts + evidence)
    }

    /// When some of the sources send.
    private func span(of sources: [TrafficSpec], _ hearing: Hearing) -> Range<Int64> {
        let begin = sources.map(\.start.nanoseconds).min() ?? 0
        let end = sources.map { ($0.end ?? scenario.duration).nanoseconds }.max() ?? begin
        return hearing.story.start + begin..<hearing.story.start + max(begin, end)
    }

    func window(
        of spec: ExpectationSpec, _ hearing: Hearing
    ) throws(Window.MissingFault) -> Window {
        switch (spec.claim, spec.scope) {
        case (.recovers, .after(.fault(let fault), _)):
            return try Window(recoveryFrom: fault, faults: faults)
        case (.eventually, _):
            return try Window(of: spec.scope, hearing.calendar, fromBegin: true)
        case _:
            return try Window(of: spec.scope, hearing.calendar)
        }
    }

    /// A fault that waits for events may never begin; the expectation then says nothing.
    private func withoutWindow(
        _ spec: ExpectationSpec, _ fault: String, _ hearing: Hearing
    ) -> Judged {
        let text = "the fault \(fault) never began: its window is not known"
        guard faults.first(where: { $0.spec.name == fault })?.missed != nil else {
            return judged(spec, .error, text, [])
        }
        let doubts = slowness(hearing)
        return judged(spec, doubts.isEmpty ? .fail : .inconclusive, text, doubts)
    }

    func judged(
        _ spec: ExpectationSpec, _ verdict: Verdict, _ observed: String, _ evidence: [String]
    ) -> Judged {
        Judged(
            expectation: spec.text, line: spec.line, verdict: verdict, observed: observed,
            wanted: spec.claim.wanted, evidence: evidence)
    }
}

extension TrafficSpec {
    /// True when lost, duplicated and misordered requests can be told from each other.
    public var countsDatagrams: Bool {
        switch kind {
        case .udp(let exchange): exchange.reply == .echo || exchange.reply == .any
        case .http, .tcp, .exec, .mesh: false
        }
    }

    /// True when it is known of each request whether it was lost and whether its answer came twice.
    public var countsFates: Bool {
        if case .mesh = kind { true } else { countsDatagrams }
    }
}

extension ExpectationSpec.Claim {
    /// The pattern of a claim on events.
    public var pattern: EventPattern? {
        switch self {
        case .eventually(let pattern, _), .always(let pattern), .never(let pattern),
            .sometimes(let pattern):
            pattern
        case .success, .latency, .throughput, .goodput, .recovers, .share, .transport, .converges,
            .members, .datagrams, .resource, .exit, .restarts:
            nil
        }
    }

    /// True for a claim on what the nodes of a mesh say.
    var isOfMesh: Bool {
        switch self {
        case .converges, .members: true
        case .success, .latency, .throughput, .goodput, .recovers, .share, .transport, .datagrams,
            .resource, .exit, .restarts, .eventually, .always, .never, .sometimes:
            false
        }
    }
}
