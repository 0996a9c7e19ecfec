import CommyBase
import SimModel

/// A made-up run with one event of every kind, small enough to read.
enum SampleRun {
    private static func event(_ milliseconds: Int64, _ fact: RunEvent.Fact) -> RunEvent {
        RunEvent(at: MeshInstant(nanoseconds: milliseconds * 1_000_000), fact: fact)
    }

    /// A run with these judgements and this verdict; the fault drops the requests of its time when
    /// it bites.
    static func events(verdict: Verdict, judged: [Judged], faultBites: Bool) -> [RunEvent] {
        var events = begin + requests(faultBites: faultBites) + end
        events += judged.map { event(2_140, .judged($0)) }
        events.append(event(2_141, .runEnded(RunEnded(verdict: verdict, reason: nil))))
        return events
    }

    /// Up to the first request, and the machine's stall.
    private static let begin: [RunEvent] = [
        event(1, .runStarted(started)),
        event(5, .hostUp(HostUp(host: "web", zone: "eu/a", addresses: ["10.77.0.1"]))),
        event(5, .hostUp(HostUp(host: "client", zone: "eu/b", addresses: ["10.77.0.2"]))),
        event(
            5,
            .linkUp(
                LinkUp(
                    link: "web>client", from: "web", to: "client",
                    conditions: "latency 5ms, loss 0.1%"))),
        event(
            6,
            .processStarted(
                ProcessStarted(
                    host: "web", process: "nginx", pid: 42, command: ["nginx", "-g", "x y"],
                    incarnation: 1))),
        event(
            9,
            .processReady(
                ProcessReady(host: "web", process: "nginx", afterNanoseconds: 3_000_000))),
        event(
            50,
            .processOutput(
                ProcessOutput(
                    host: "web", process: "nginx", stream: .stderr, line: "tab\there \u{1b}[0m")
            )),
        event(
            60,
            .processReported(
                ProcessReported(
                    host: "web", process: "nginx", kind: "member",
                    fields: [.init("peer", "client"), .init("state", "alive")]))),
        event(
            61,
            .processMisreported(
                ProcessMisreported(
                    host: "web", process: "nginx", line: "@commy member peer",
                    reason: "'peer' is no key=value"))),
        event(100, .trafficStarted(TrafficStarted(traffic: ["visit"]))),
        event(
            300,
            .processSampled(
                ProcessSampled(
                    host: "web", process: "nginx", residentBytes: 5_000_000,
                    cpuNanoseconds: 10_000_000, openFiles: 12, threads: 1))),
        event(
            800,
            .processSampled(
                ProcessSampled(
                    host: "web", process: "nginx", residentBytes: 5_500_000,
                    cpuNanoseconds: 20_000_000, openFiles: 14, threads: 2))),
        event(600, .machineStalled(MachineStalled(lengthNanoseconds: 7_000_000))),
    ]

    /// The fault, and what is counted at the end.
    private static let end: [RunEvent] = [
        event(
            1_100,
            .faultStarted(
                FaultTransition(fault: "cut", verb: "cut", targets: ["web>client"]))),
        event(1_100, .linkChanged(LinkChanged(link: "web>client", conditions: "cut"))),
        event(
            1_600,
            .faultHealed(
                FaultTransition(
                    fault: "cut", verb: "cut", targets: ["web>client"], touched: 31))),
        event(
            1_600,
            .linkChanged(
                LinkChanged(link: "web>client", conditions: "latency 5ms, loss 0.1%"))),
        event(
            2_105,
            .faultMissed(
                FaultMissed(
                    fault: "late", verb: "crash", progress: "step 1 of 2: 0 of 3"))),
        event(2_107, .requestRepeated(RequestRepeated(traffic: "visit", ordinal: 3))),
        event(
            2_110,
            .trafficEnded(
                TrafficEnded(traffic: "visit", sent: 40, worstSendDelayNanoseconds: 90_000))),
        event(
            2_120,
            .processExited(
                ProcessExited(
                    host: "web", process: "nginx", exitCode: 0, signal: nil, expected: true,
                    maximumResidentBytes: 6_000_000, cpuNanoseconds: 40_000_000))),
        event(
            2_130,
            .linkTotals(
                LinkTotals(
                    link: "web>client", packets: 200, bytes: 9_000, delivered: 169,
                    dropped: [DropCount(reason: "cut", count: 31)], duplicated: 0,
                    corrupted: 0, reordered: 0, latenessP50Nanoseconds: 30_000,
                    latenessP99Nanoseconds: 90_000, latenessP999Nanoseconds: 200_000,
                    latenessMaxNanoseconds: 300_000))),
    ]

    private static let started: RunStarted = {
        var started = RunStarted(
            scenario: "a \"sample\"", file: "Scenarios/sample.yaml", seed: 7, world: "realtime",
            sandbox: "root", durationNanoseconds: 2_000_000_000, version: "0.1.0")
        started.tags = ["smoke"]
        started.settings = ["loss=0.1%"]
        started.phases = [
            PhaseSpan(phase: "warm-up", beginNanoseconds: 0, endNanoseconds: 500_000_000),
            PhaseSpan(
                phase: "steady", beginNanoseconds: 500_000_000, endNanoseconds: 2_000_000_000),
        ]
        return started
    }()

    /// 40 requests, one each 50 ms; those of the fault's time fail when it bites.
    private static func requests(faultBites: Bool) -> [RunEvent] {
        (0..<40).map { number in
            let scheduled = Int64(100 + number * 50)
            let isHit = faultBites && scheduled >= 1_100 && scheduled < 1_600
            let latency: Int64 = isHit ? 500 : 10 + Int64(number % 5)
            return event(
                scheduled + latency,
                .request(
                    RequestOutcome(
                        traffic: "visit", ordinal: UInt64(number),
                        scheduledNanoseconds: scheduled * 1_000_000,
                        latencyNanoseconds: latency * 1_000_000,
                        sendDelayNanoseconds: number == 4 ? 2_000_000 : nil,
                        result: isHit ? .timeout : .ok,
                        status: isHit ? nil : 200,
                        backend: isHit ? nil : (number % 2 == 0 ? "web-1" : "web-2"),
                        bytes: isHit ? nil : 120, misordered: number == 4 ? true : nil)))
        }
    }

    static let held = Judged(
        expectation: "visit: success >= 50%", line: 12, verdict: .pass, observed: "100% (40 of 40)",
        wanted: ">= 50%", evidence: ["40 ok"])
    static let broken = Judged(
        expectation: "visit: p99 <= 5ms", line: 13, verdict: .fail, observed: "p99 14ms",
        wanted: "<= 5ms", evidence: ["p50 12ms  max 14ms", "worst: #4 ok after 14ms"])

    static let passing = events(verdict: .pass, judged: [held], faultBites: false)
    static let failing = events(verdict: .fail, judged: [held, broken], faultBites: true)

    /// The failing run with a few requests, and with a value in each field that may be absent.
    static let everyField: [RunEvent] = {
        let known: [RunEvent.Kind] = [.runStarted, .request, .faultHealed, .runEnded]
        let answered = failing.filter { $0.fact.kind == .request }[3...4]
        var full = started
        full.why = "To see whether a cut is survived."
        let begin = [event(1, .runStarted(full))]
        return begin + failing.filter { !known.contains($0.fact.kind) } + answered + [
            event(
                900,
                .request(
                    RequestOutcome(
                        traffic: "visit", ordinal: 5, scheduledNanoseconds: 350_000_000,
                        latencyNanoseconds: 1_000_000, result: .unreachable, code: 2_002))),
            event(
                1_600,
                .faultHealed(
                    FaultTransition(
                        fault: "cut", verb: "cut", targets: ["web>client"], touched: 31,
                        detail: "began at request #20 of visit", mended: true))),
            event(
                2_150,
                .processExited(
                    ProcessExited(
                        host: "web", process: "nginx", exitCode: nil, signal: 9, expected: false,
                        maximumResidentBytes: 1, cpuNanoseconds: 2))),
            event(
                2_160,
                .runEnded(
                    RunEnded(
                        verdict: .fail, reason: "visit: p99 14ms", traceHash: "ab",
                        realNanoseconds: 5))),
        ]
    }()
}
