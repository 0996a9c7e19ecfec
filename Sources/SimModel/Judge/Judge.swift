internal import CommyBase

/// The verdict on a run and on each of its expectations.
public struct Judgement: Sendable, Equatable {
    public var verdict: Verdict
    /// Why, when it is not pass or fail.
    public var reason: String?
    public var judged: [Judged]

    public init(verdict: Verdict, reason: String?, judged: [Judged]) {
        self.verdict = verdict
        self.reason = reason
        self.judged = judged
    }
}

/// Holds a run against what its scenario expects.
///
/// It sees the events of the run and nothing else. An expectation that had nothing to judge fails: a check that cannot
/// fail proves nothing. One that fails, but would hold without the requests that the machine's own stalls disturbed, is
/// inconclusive: never a false red.
public struct Judge: Sendable {
    private let scenario: Scenario
    private var seen = Observations()

    public init(scenario: Scenario) {
        self.scenario = scenario
    }

    public mutating func observe(_ event: RunEvent) {
        seen.observe(event)
    }

    /// The verdict on everything that was observed.
    public func verdict() -> Judgement {
        var judged = scenario.expectations.map(judge)
        judged += faultChecks() + trafficChecks() + processChecks()
        let verdicts = judged.map(\.verdict)
        if verdicts.contains(.fail) {
            return Judgement(verdict: .fail, reason: nil, judged: judged)
        }
        if verdicts.contains(.inconclusive) {
            return Judgement(
                verdict: .inconclusive, reason: "the machine was too slow to tell", judged: judged)
        }
        return Judgement(verdict: .pass, reason: nil, judged: judged)
    }

    private func judge(_ expectation: ExpectationSpec) -> Judged {
        let result = { (verdict: Verdict, observed: String, evidence: [String]) in
            Judged(
                expectation: expectation.text, line: expectation.line, verdict: verdict,
                observed: observed, wanted: expectation.claim.wanted, evidence: evidence)
        }
        guard let window = window(of: expectation) else {
            return result(.fail, "nothing: the fault that it speaks of never began", [])
        }
        let all = (seen.requests[expectation.traffic] ?? [])
            .sorted { $0.scheduled < $1.scheduled }
            .filter(window.contains)
        let begin = faultBegin(of: expectation)
        let measured = Measurement(expectation.claim, all, faultBegin: begin)
        let evidence = Evidence(expectation.claim, all, origin: begin).lines
        switch measured.holds {
        case true?: return result(.pass, measured.observed, [])
        case nil: return result(.fail, "nothing: \(measured.observed)", evidence)
        case false?:
            guard let doubt = doubt(about: expectation, all, begin) else {
                return result(.fail, measured.observed, evidence)
            }
            return result(.inconclusive, measured.observed, [doubt] + evidence)
        }
    }

    /// `recovers` looks from the fault's begin to the next fault; the others at their scope.
    private func window(of expectation: ExpectationSpec) -> Window? {
        guard case .recovers = expectation.claim, case .after(let name, _) = expectation.scope
        else {
            return Window(expectation.scope, seen.faults)
        }
        guard let fault = seen.faults.first(where: { $0.name == name }) else { return nil }
        let next = seen.faults.filter { $0.begin > fault.begin }.map(\.begin).min() ?? .max
        return Window(from: fault.begin, to: next)
    }

    private func faultBegin(of expectation: ExpectationSpec) -> Int64? {
        switch expectation.scope {
        case .during(let name, _), .after(let name, _), .before(let name):
            seen.faults.first { $0.name == name }?.begin
        case .wholeRun, .noFault: nil
        }
    }

    /// Why a failure may be the machine's and not the program's; nil when it surely is the program's.
    private func doubt(
        about expectation: ExpectationSpec, _ requests: [Observations.Request], _ begin: Int64?
    ) -> String? {
        if case .latency(_, _, let bound) = expectation.claim {
            let share = Double(seen.worstLateness) / Double(bound.nanoseconds)
            if share > JudgeLimits.latenessShare {
                let percent = Figures.percent(share)
                return
                    "the fabric was up to \(Figures.time(seen.worstLateness)) late (p99), "
                    + "\(percent) of the bound"
            }
        }
        if requests.contains(where: { $0.result == .overload }) {
            let rest = requests.filter { $0.result != .overload }
            if Measurement(expectation.claim, rest, faultBegin: begin).holds == true {
                return "the generator could not send all requests in time"
            }
        }
        return stallDoubt(about: expectation, requests, begin)
    }

    private func stallDoubt(
        about expectation: ExpectationSpec, _ requests: [Observations.Request], _ begin: Int64?
    ) -> String? {
        guard !seen.stalls.isEmpty else { return nil }
        var undisturbed: [Observations.Request] = []
        for var request in requests {
            let time = seen.stallTime(of: request)
            // A failure in a stall says nothing; a success was at most so much too slow.
            if time > 0 && request.result != .ok { continue }
            request.latency = max(0, request.latency - time)
            undisturbed.append(request)
        }
        var claim = expectation.claim
        if case .recovers(let within) = claim, let begin {
            // The programs stood still for as long as the machine did.
            let lost = seen.stalls.filter { $0.end > begin }.reduce(Int64(0)) {
                $0 + $1.end - max($1.begin, begin)
            }
            claim = .recovers(within: within + .nanoseconds(lost))
        }
        guard Measurement(claim, undisturbed, faultBegin: begin).holds == true else { return nil }
        return "without the machine's \(seen.stalls.count) stalls "
            + "(longest \(Figures.time(seen.longestStall))) it would hold"
    }
}

extension Judge {
    /// Every fault of the file began, and touched something.
    private func faultChecks() -> [Judged] {
        scenario.faults.compactMap { spec in
            let observed: String
            if let fault = seen.faults.first(where: { $0.name == spec.name }) {
                guard fault.touched == 0 else { return nil }
                observed = "it touched no packet and no process"
            } else {
                observed = "it never began"
            }
            return Self.builtIn("fault \(spec.name) takes hold", observed, "an effect")
        }
    }

    /// Every traffic source sent something.
    private func trafficChecks() -> [Judged] {
        scenario.traffic.filter { (seen.requests[$0.name] ?? []).isEmpty }.map { spec in
            Self.builtIn("traffic \(spec.name) flows", "it sent nothing", "requests")
        }
    }

    /// No process ended by itself, unless its restart policy says that it may.
    private func processChecks() -> [Judged] {
        let surprising = seen.unexpectedExits.filter { exit in
            let spec = scenario.processes.first { $0.name == exit.process }
            switch spec?.restart {
            case .never?, nil: return true
            case .onFailure?: return exit.exitCode == 0
            case .always?: return false
            }
        }
        return surprising.map { exit in
            let how =
                exit.exitCode.map { "it ended with code \($0)" }
                ?? "it was killed by signal \(exit.signal ?? 0)"
            return Self.builtIn(
                "process \(exit.process) on \(exit.host) stays up", how, "no end before the run's")
        }
    }

    private static func builtIn(_ what: String, _ observed: String, _ wanted: String) -> Judged {
        Judged(
            expectation: what, line: 0, verdict: .fail, observed: observed, wanted: wanted,
            evidence: [])
    }
}

extension ExpectationSpec.Claim {
    /// What is wanted, in the scenario's words.
    var wanted: String {
        switch self {
        case .success(let comparison, let share), .share(_, let comparison, let share):
            "\(comparison.rawValue) \(Figures.percent(share))"
        case .latency(_, let comparison, let bound):
            "\(comparison.rawValue) \(bound.shortText)"
        case .recovers(let within): "within \(within.shortText)"
        }
    }
}
