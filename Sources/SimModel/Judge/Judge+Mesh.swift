internal import CommyBase

/// Claims on the mesh, and what holds in every mesh whatever its scenario expects.
extension Judge {
    func judgeMesh(_ spec: ExpectationSpec, _ window: Window, _ hearing: Hearing) -> Judged {
        let claim = MeshClaimJudge(
            record: mesh, window: window, story: hearing.story, trafficEnd: hearing.trafficEnd,
            pauses: pausedSpans)
        let outcome = claim.outcome(of: spec.claim)
        guard !outcome.holds else { return judged(spec, .pass, outcome.text, []) }
        let doubts = outcome.isVacuous ? [] : claim.doubts(spec.claim, disturbance)
        return judged(spec, doubts.isEmpty ? .fail : .inconclusive, outcome.text, doubts)
    }

    func judgeTransport(
        _ spec: ExpectationSpec, _ traffic: TrafficSpec, _ window: Window
    ) -> Judged {
        guard case .transport(let transport, let comparison, let share) = spec.claim,
            case .mesh(let exchange) = traffic.kind
        else { preconditionFailure("the reader lets it stand beside mesh traffic alone") }
        let claim = TransportJudge(
            record: mesh, window: window, source: traffic.source, service: exchange.service)
        let outcome = claim.outcome(of: transport, comparison, share)
        return judged(spec, outcome.holds ? .pass : .fail, outcome.text, claim.evidence)
    }

    /// The window of a claim that counts time from its begin: it ends with the next fault, as that
    /// of a recovery does, since what comes then is another story.
    func meshWindow(of spec: ExpectationSpec, _ window: Window) -> Window {
        switch spec.claim {
        case .converges, .members(_, within: .some, _): break
        case .members, .success, .latency, .throughput, .goodput, .recovers, .share, .transport,
            .datagrams, .resource, .exit, .restarts, .eventually, .always, .never, .sometimes:
            return window
        }
        guard let begin = window.spans.spans.first?.lowerBound,
            let next = faults.compactMap(\.began).filter({ $0 > begin }).min()
        else { return window }
        var shorter = window
        shorter.spans = window.spans.clamped(to: begin..<next)
        return shorter
    }

    /// When faults have kept processes from running, by label.
    private var pausedSpans: [String: SpanSet] {
        var ranges: [String: [Range<Int64>]] = [:]
        for fault in faults {
            guard case .pause = fault.spec.action, let began = fault.began else { continue }
            for target in fault.targets {
                ranges[target, default: []].append(began..<(fault.closed ?? .max))
            }
        }
        return ranges.mapValues { SpanSet($0) }
    }

    /// One entry with line 0 for each thing that no mesh may do.
    func meshBreaches(_ hearing: Hearing) -> [Judged] {
        var entries = silentNodes()
        var named: [String] = []
        for breach in mesh.breaches where !named.contains(breach.rule) {
            named.append(breach.rule)
            let all = mesh.breaches.filter { $0.rule == breach.rule }
            let more =
                all.count > 2
                ? ", and \(all.count - 1) times more" : all.count > 1 ? ", and once more" : ""
            let place = hearing.story.time(breach.at, near: nil)
            entries.append(
                entry(
                    breach.rule, .fail, "\(breach.observed) at \(place)\(more)",
                    wanted: "that it never happens"))
        }
        for label in mesh.truncated {
            entries.append(
                entry(
                    "the reports of \(label) are read", .inconclusive,
                    "it has reported more than the harness reads", wanted: "all of them"))
        }
        for loss in mesh.losses {
            entries.append(
                entry(
                    "the reports of \(loss.label) are read", .inconclusive,
                    "it had to drop \(loss.lines) that nobody read in time", wanted: "all of them"))
        }
        return entries + disunity(hearing)
    }

    /// Nodes of the scenario that have never said that they are there: whatever is judged by
    /// reports would hold without them.
    private func silentNodes() -> [Judged] {
        let hosts = scenario.mesh?.nodes ?? []
        let silent = hosts.filter { host in
            !mesh.nodes.contains { $0.label == "\(MeshSpec.processName)@\(host)" }
        }
        guard let first = silent.first else { return [] }
        let more = silent.count > 1 ? " and \(silent.count - 1) more" : ""
        return [
            entry(
                "the nodes of the mesh report", .fail,
                "the node of \(first)\(more) has reported nothing",
                wanted: "a line '@commy started' and what follows it")
        ]
    }

    /// Nodes that differ although nothing has kept them from agreeing for long enough.
    private func disunity(_ hearing: Hearing) -> [Judged] {
        let end = hearing.trafficEnd
        let turns = faults.flatMap { [$0.began, $0.closed].compactMap(\.self) }
        let calm = turns.filter { $0 <= end }.max() ?? hearing.story.start
        guard end - calm >= JudgeLimits.meshSettling, !faults.contains(where: { $0.divides(end) })
        else { return [] }
        let moments = MeshMoments(mesh, in: end - 1..<end, pauses: pausedSpans)
        let voices = moments.lastVoices
        guard voices.count > 1, let why = MeshClaimJudge.disagreement(voices) else { return [] }
        return [
            entry(
                "there is one view when all is healed", .fail, why,
                wanted: "the same of all nodes "
                    + FigureText.span(nanoseconds: JudgeLimits.meshSettling)
                    + " after the last fault",
                ["at \(hearing.story.time(end, near: nil)), the end of the traffic"])
        ]
    }
}

extension FaultRecord {
    /// True when at this instant it may keep nodes from hearing of each other.
    fileprivate func divides(_ instant: Int64) -> Bool {
        guard let began, began <= instant, let end, instant < end else { return false }
        switch spec.action {
        case .cut, .partition, .flap, .degrade, .bufferbloat, .mtuBlackHole, .reset, .clock, .cpu,
            .memory, .openFiles, .disk, .exec, .certificate, .trust:
            return true
        // Whoever does not run is not asked.
        case .crash, .pause, .stop, .restart, .powerLoss: return false
        }
    }
}

extension ExpectationSpec.Claim {
    /// The window in which a claim is judged. What programs report when they are stopped at the
    /// end of a run, such as that a node leaves, breaks no `never` and no `always`.
    func beforeFarewells(_ window: Window, end: Int64) -> Window {
        switch self {
        case .never(.report), .always(.report):
            var judged = window
            judged.spans = window.spans.clamped(to: .min..<end)
            return judged
        case .never, .always, .eventually, .sometimes, .success, .latency, .throughput, .goodput,
            .recovers, .share, .transport, .converges, .members, .datagrams, .resource, .exit,
            .restarts:
            return window
        }
    }
}
