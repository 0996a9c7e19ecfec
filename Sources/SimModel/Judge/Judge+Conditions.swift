internal import CommyBase

/// What every run must have, whatever its scenario expects: without it, a pass would mean nothing.
extension Judge {
    /// One entry with line 0 for each fault that did not take hold, or was not healed.
    func unmetFaults(_ hearing: Hearing) -> [Judged] {
        faults.compactMap { unmet($0, hearing) } + faults.compactMap { unhealed($0, hearing) }
    }

    /// One entry with line 0 for each other condition that is not met.
    func unmetConditions(_ story: RunStory) -> [Judged] {
        logs.compactMap(unmet) + exits.map { unmet($0, story) }
    }

    private func unmet(_ fault: FaultRecord, _ hearing: Hearing) -> Judged? {
        let name = fault.spec.name
        if let missed = fault.missed {
            // What it waited for takes time, which a machine that stands still gives less of.
            let doubts = slowness(hearing)
            return entry(
                "fault \(name) takes hold", doubts.isEmpty ? .fail : .inconclusive,
                "its condition never held: \(missed)", wanted: "its begin",
                doubts + ["a fault that never began proves nothing: look at what it waits for"])
        }
        guard fault.began != nil else {
            return entry(
                "fault \(name) takes hold", .error, "it was scheduled and never began",
                wanted: "its begin at \(fault.spec.at?.shortText ?? "its condition")")
        }
        guard fault.touched ?? 0 == 0 else { return nil }
        let unit = fault.spec.object.rawValue
        return entry(
            "fault \(name) takes hold", .fail,
            fault.closed == nil
                ? "no entry says what it touched"
                : "it touched no \(unit)" + (fault.detail.map { ": \($0)" } ?? ""),
            wanted: "at least one \(unit)",
            ["a fault without effect proves nothing: look at its targets and at the traffic"])
    }

    /// A fault that is over must be over: its effect is gone, and what it took down is back.
    private func unhealed(_ fault: FaultRecord, _ hearing: Hearing) -> Judged? {
        let name = "fault \(fault.spec.name) is healed"
        if fault.mended == false {
            return entry(
                name, .fail, fault.detail ?? "its effect is still there",
                wanted: "everything as before")
        }
        guard let since = fault.bringsBackSince else { return nil }
        let gone = processes.filter { record in
            fault.targets.contains(record.label) && !record.readies.contains { $0 >= since }
                && !exits.contains { $0.at >= since && $0.label == record.label }
        }
        guard let first = gone.first else { return nil }
        let more = gone.count > 1 ? " and \(gone.count - 1) more" : ""
        // To start takes time, and a machine that stands still gives less of it.
        let doubts = slowness(SpanSet([since..<max(since, hearing.trafficEnd)]), hearing)
        return entry(
            name, doubts.isEmpty ? .fail : .inconclusive,
            "\(first.label)\(more) was not ready again by the end of the run",
            wanted: "what it took down is ready again",
            doubts + ["give it more time before the end, or look at its log"])
    }

    private func unmet(_ log: RequestLog) -> Judged? {
        let sent = log.samples.contains { $0.result != .overload }
        guard !sent else { return nil }
        let overloads = log.samples.count
        return entry(
            "traffic \(log.name) is sent", overloads > 0 ? .inconclusive : .fail,
            overloads > 0
                ? "the generator was at its limit for all of \(overloads) requests"
                : "it sent nothing", wanted: "at least one request",
            ["traffic without a request proves nothing"])
    }

    private func unmet(_ exit: UnexpectedExit, _ story: RunStory) -> Judged {
        let fact = exit.exit
        return entry(
            "\(fact.process)@\(fact.host) stays alive", .fail,
            "\(fact.ending) at \(story.time(exit.at, near: nil)), and no fault had asked for it",
            wanted: "no end that its restart policy does not cover",
            exit.lastLines.map { "its last words: \($0)" })
    }

    func entry(
        _ name: String, _ verdict: Verdict, _ observed: String, wanted: String,
        _ evidence: [String] = []
    ) -> Judged {
        Judged(
            expectation: name, line: 0, verdict: verdict, observed: observed, wanted: wanted,
            evidence: evidence)
    }
}
