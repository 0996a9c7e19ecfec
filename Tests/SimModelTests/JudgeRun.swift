import CommyBase

@testable import SimModel

/// A run made up for the judge, in which nothing is wrong until a test says so.
///
/// The traffic begins 2 s after the run: 100 requests a second for 10 s, request k due at t+10k ms,
/// answered after 2 ms by web-1, web-2 and web-3 in turn. web-2 crashes at t+4s for 4 s.
struct JudgeRun {
    static let start: Int64 = 2_000_000_000
    static let millisecond: Int64 = 1_000_000

    var scenario = Scenario(name: "made up")
    var requests: [RequestOutcome]
    /// Entries before, between and after the requests; their order does not matter to the judge.
    var others: [RunEvent] = []
    var touched: UInt64? = 1
    var faultBegins = true
    var faultCloses = true
    /// The faults begin and end this much later than scheduled.
    var faultDelay: Int64 = 0
    /// Of every request that does not say it itself.
    var worstSendDelay: Int64 = 50_000
    var trafficBegins = true

    init(faults: [FaultSpec] = [Self.crash]) {
        scenario.faults = faults
        var nginx = ProcessSpec(
            name: "nginx", hosts: ["web-1", "web-2", "web-3"], command: .arguments(["nginx"]))
        nginx.restart = .never
        scenario.processes = [nginx]
        var checkout = TrafficSpec(
            name: "checkout", source: "client",
            kind: .http(HTTPExchange(target: SocketTarget(host: "proxy", port: 80), path: "/")))
        checkout.attribution = .header("X-Backend")
        scenario.traffic = [checkout]
        requests = (0..<1_000).map { number in
            RequestOutcome(
                traffic: "checkout", ordinal: UInt64(number),
                scheduledNanoseconds: Self.start + Int64(number) * 10 * Self.millisecond,
                latencyNanoseconds: 2 * Self.millisecond, result: .ok, status: 200,
                backend: "web-\(number % 3 + 1)")
        }
    }

    static let crash = FaultSpec(
        name: "crash", at: .seconds(4), lasts: .seconds(4), action: .crash(.host("web-2")))

    /// The instant so many milliseconds after the begin of the traffic.
    static func instant(_ milliseconds: Int64) -> Int64 { start + milliseconds * millisecond }

    /// Changes the requests that were due in a span of milliseconds since the begin of the traffic.
    mutating func change(_ due: Range<Int64>, _ change: (inout RequestOutcome) -> Void) {
        for index in requests.indices {
            let since = (requests[index].scheduledNanoseconds - Self.start) / Self.millisecond
            if due.contains(since) { change(&requests[index]) }
        }
    }

    mutating func fail(_ due: Range<Int64>, _ result: RequestOutcome.Result = .refused) {
        change(due) { request in
            request.result = result
            request.status = nil
            request.backend = nil
            if result == .timeout { request.latencyNanoseconds = 1_000 * Self.millisecond }
        }
    }

    mutating func slow(_ due: Range<Int64>, to milliseconds: Int64) {
        change(due) { $0.latencyNanoseconds = milliseconds * Self.millisecond }
    }

    /// A stall that ends so many milliseconds after the begin of the traffic.
    mutating func stall(endsAt milliseconds: Int64, length: Int64) {
        others.append(
            RunEvent(
                at: MeshInstant(nanoseconds: Self.instant(milliseconds)),
                fact: .machineStalled(
                    MachineStalled(lengthNanoseconds: length * Self.millisecond))))
    }

    mutating func link(latenessP99 microseconds: Int64) {
        let lateness = microseconds * 1_000
        others.append(
            RunEvent(
                at: MeshInstant(nanoseconds: Self.instant(11_000)),
                fact: .linkTotals(
                    LinkTotals(
                        link: "client>proxy", packets: 10, bytes: 1_000, delivered: 10,
                        dropped: [], duplicated: 0, corrupted: 0, reordered: 0,
                        latenessP50Nanoseconds: lateness / 2, latenessP99Nanoseconds: lateness,
                        latenessP999Nanoseconds: lateness, latenessMaxNanoseconds: lateness))))
    }

    mutating func expect(
        _ claim: ExpectationSpec.Claim, _ scope: ExpectationSpec.Scope = .wholeRun,
        of subject: ExpectationSpec.Subject = .traffic("checkout")
    ) {
        let line = scenario.expectations.count + 1
        scenario.expectations.append(
            ExpectationSpec(
                subject: subject, claim: claim, scope: scope, line: line,
                text: "expectation \(line)"))
    }

    /// Something else that happens so many milliseconds after the begin of the traffic.
    mutating func happens(at milliseconds: Int64, _ fact: RunEvent.Fact) {
        others.append(
            RunEvent(at: MeshInstant(nanoseconds: Self.instant(milliseconds)), fact: fact))
    }

    mutating func logs(at milliseconds: Int64, _ line: String, host: String = "web-1") {
        happens(
            at: milliseconds,
            .processOutput(
                ProcessOutput(host: host, process: "nginx", stream: .stderr, line: line)))
    }

    mutating func starts(at milliseconds: Int64, host: String = "web-1", incarnation: Int = 1) {
        happens(
            at: milliseconds,
            .processStarted(
                ProcessStarted(
                    host: host, process: "nginx", pid: 1, command: ["nginx"],
                    incarnation: incarnation)))
    }

    mutating func exits(
        at milliseconds: Int64, code: Int32? = nil, signal: Int32? = nil, expected: Bool = false
    ) {
        happens(
            at: milliseconds,
            .processExited(
                ProcessExited(
                    host: "web-1", process: "nginx", exitCode: code, signal: signal,
                    expected: expected, maximumResidentBytes: 0, cpuNanoseconds: 0)))
    }

    /// One measurement of nginx on web-1.
    mutating func sample(
        at milliseconds: Int64, memory: Int64 = 1 << 20, cpuMilliseconds: Int64 = 0, files: Int = 10
    ) {
        happens(
            at: milliseconds,
            .processSampled(
                ProcessSampled(
                    host: "web-1", process: "nginx", residentBytes: memory,
                    cpuNanoseconds: cpuMilliseconds * Self.millisecond, openFiles: files, threads: 2
                )))
    }

    /// The log of the run.
    var events: [RunEvent] {
        var events: [RunEvent] = []
        func add(_ at: Int64, _ fact: RunEvent.Fact) {
            events.append(RunEvent(at: MeshInstant(nanoseconds: at), fact: fact))
        }
        if trafficBegins {
            add(Self.start, .trafficStarted(TrafficStarted(traffic: ["checkout"])))
        }
        for spec in scenario.faults where faultBegins {
            let began = Self.start + (spec.at?.nanoseconds ?? 0) + faultDelay
            let transition = FaultTransition(fault: spec.name, verb: spec.verb, targets: ["x"])
            add(began, .faultStarted(transition))
            guard faultCloses else { continue }
            let closed = spec.lasts.map { began + $0.nanoseconds } ?? Self.instant(10_000)
            var closing = transition
            closing.touched = touched
            add(closed, .faultHealed(closing))
        }
        for var request in requests {
            if request.sendDelayNanoseconds == nil,
                worstSendDelay >= RequestOutcome.leastSendDelayNanoseconds
            {
                request.sendDelayNanoseconds = worstSendDelay
            }
            add(request.scheduledNanoseconds + request.latencyNanoseconds, .request(request))
        }
        add(
            Self.instant(10_000),
            .trafficEnded(
                TrafficEnded(
                    traffic: "checkout", sent: UInt64(requests.count),
                    worstSendDelayNanoseconds: worstSendDelay)))
        return (events + others).sorted { $0.at < $1.at }
    }

    func judgement() -> Judgement {
        var judge = Judge(scenario: scenario)
        for event in events { judge.observe(event) }
        return judge.verdict()
    }

    /// The verdict on the only expectation.
    func judged() -> Judged {
        judgement().judged[0]
    }
}
