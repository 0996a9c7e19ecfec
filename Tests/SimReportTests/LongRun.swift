import CommyBase
import SimModel

/// A made-up run of `seconds` with fifty hosts in five zones, twenty traffic sources with 200
/// requests a second each, faults of several kinds, logs and samples. The same every time.
struct LongRun {
    static let hostCount = 50
    static let trafficCount = 20
    static let ratePerSecond = 200

    let seconds: Int
    private let origin: Int64 = 3_000_000_000
    private(set) var events: [RunEvent] = []
    private var chance: UInt64 = 0x9e37_79b9_7f4a_7c15

    init(seconds: Int) {
        self.seconds = seconds
        events.reserveCapacity(seconds * Self.trafficCount * Self.ratePerSecond + 200_000)
        addBegin()
        addRequests()
        addFaults()
        addProcesses()
        addEnd()
    }

    private var end: Int64 { origin + Int64(seconds) * 1_000_000_000 }

    private static func host(_ number: Int) -> String { "host-\(number + 1)" }
    private static func zone(_ number: Int) -> String {
        ["eu/a", "eu/b", "us/a", "us/b", "ap"][number / 10]
    }

    private mutating func add(_ at: Int64, _ fact: RunEvent.Fact) {
        events.append(RunEvent(at: MeshInstant(nanoseconds: at), fact: fact))
    }

    /// xorshift64: a number below `limit`.
    private mutating func draw(_ limit: Int64) -> Int64 {
        chance ^= chance << 13
        chance ^= chance >> 7
        chance ^= chance << 17
        return Int64(chance % UInt64(limit))
    }

    private mutating func addBegin() {
        var started = RunStarted(
            scenario: "ten minutes with fifty hosts", file: "Scenarios/long.yaml", seed: 5,
            world: "realtime", sandbox: "root",
            durationNanoseconds: Int64(seconds) * 1_000_000_000, version: "0.1.0")
        started.why = "To see that the report of a long run opens as fast as that of a short one."
        started.phases = ["warm-up", "steady", "fault", "recovery"].enumerated().map {
            place, name in
            PhaseSpan(
                phase: name, beginNanoseconds: (end - origin) / 4 * Int64(place),
                endNanoseconds: (end - origin) / 4 * Int64(place + 1))
        }
        add(0, .runStarted(started))
        for number in 0..<Self.hostCount {
            add(
                1_000_000,
                .hostUp(
                    HostUp(
                        host: Self.host(number), zone: Self.zone(number),
                        addresses: ["10.77.0.\(number + 1)", "fd77::\(number + 1)"])))
        }
        forEachLink { run, from, to in
            run.add(
                2_000_000,
                .linkUp(
                    LinkUp(
                        link: "\(from)>\(to)", from: from, to: to,
                        conditions: "latency 12ms, jitter 1ms, loss 0.1%")))
        }
        add(
            origin,
            .trafficStarted(
                TrafficStarted(traffic: (0..<Self.trafficCount).map { "flow-\($0 + 1)" })))
    }

    private mutating func forEachLink(_ body: (inout LongRun, String, String) -> Void) {
        for from in 0..<Self.hostCount {
            for to in 0..<Self.hostCount where to != from {
                body(&self, Self.host(from), Self.host(to))
            }
        }
    }

    private mutating func addRequests() {
        let distance = Int64(1_000_000_000 / Self.ratePerSecond)
        for number in 0..<seconds * Self.ratePerSecond {
            let due = origin + Int64(number) * distance
            let share = Double(number) / Double(seconds * Self.ratePerSecond)
            let isHit = share > 0.5 && share < 0.6
            for traffic in 0..<Self.trafficCount {
                let isBad = isHit && traffic < 6 && draw(100) < 40
                let latency =
                    isBad
                    ? 1_000_000_000
                    : 12_000_000 + draw(8_000_000) + draw(60) / 59 * draw(90_000_000)
                add(
                    due + latency,
                    .request(
                        RequestOutcome(
                            traffic: "flow-\(traffic + 1)", ordinal: UInt64(number),
                            scheduledNanoseconds: due, latencyNanoseconds: latency,
                            result: isBad ? .timeout : .ok, status: isBad ? nil : 200,
                            backend: isBad ? nil : Self.host(number % 7), bytes: isBad ? nil : 512))
                )
            }
        }
    }

    private mutating func addFaults() {
        let length = end - origin
        let faults: [(String, String, [String], Int64, Int64, UInt64)] = [
            ("crash", "crash", ["app@host-3", "app@host-4"], 20, 30, 2),
            (
                "split", "partition",
                (0..<10).flatMap { left in (10..<50).map { "\(Self.host(left))>\(Self.host($0))" }
                }, 50, 60, 123_456
            ),
            ("freeze", "pause", ["app@host-9"], 70, 75, 1),
            ("slow", "degrade", ["host-1>host-20"], 80, 90, 4_321),
        ]
        for (name, verb, targets, from, to, touched) in faults {
            let begin = origin + length / 100 * from
            let healed = origin + length / 100 * to
            add(begin, .faultStarted(FaultTransition(fault: name, verb: verb, targets: targets)))
            for target in targets where target.contains(">") {
                let words = verb == "degrade" ? "latency 200ms, loss 5%" : "cut"
                add(begin, .linkChanged(LinkChanged(link: target, conditions: words)))
                add(
                    healed,
                    .linkChanged(
                        LinkChanged(link: target, conditions: "latency 12ms, jitter 1ms, loss 0.1%")
                    ))
            }
            var closed = FaultTransition(fault: name, verb: verb, targets: targets)
            closed.touched = touched
            add(healed, .faultHealed(closed))
        }
        for number in 0..<40 {
            add(
                origin + length / 41 * Int64(number + 1),
                .machineStalled(MachineStalled(lengthNanoseconds: 5_000_000 + draw(40_000_000))))
        }
    }

    private mutating func addProcesses() {
        let length = end - origin
        for number in 0..<Self.hostCount {
            let host = Self.host(number)
            for process in ["app", "sidecar"] {
                let start = ProcessStarted(
                    host: host, process: process, pid: 100,
                    command: ["/usr/bin/\(process)", "--zone", Self.zone(number)], incarnation: 1)
                add(100_000_000 + draw(900_000_000), .processStarted(start))
                add(
                    1_500_000_000,
                    .processReady(
                        ProcessReady(host: host, process: process, afterNanoseconds: 500_000_000)))
                if process == "app", number == 2 || number == 3 {
                    add(origin + length / 5, .processExited(exit(host, process, 9)))
                    add(origin + length * 3 / 10, .processStarted(start))
                    add(
                        origin + length * 3 / 10 + 1_200_000_000,
                        .processReady(
                            ProcessReady(
                                host: host, process: process, afterNanoseconds: 1_200_000_000)))
                }
                for second in 0..<seconds {
                    add(
                        origin + Int64(second) * 1_000_000_000,
                        .processSampled(
                            ProcessSampled(
                                host: host, process: process,
                                residentBytes: 20_000_000 + Int64(second) * 50_000
                                    + draw(4_000_000),
                                cpuNanoseconds: Int64(second) * 200_000_000 + draw(100_000_000),
                                openFiles: 30 + Int(draw(20)), threads: 8)))
                    add(
                        origin + Int64(second) * 1_000_000_000 + draw(900_000_000),
                        .processOutput(
                            ProcessOutput(
                                host: host, process: process,
                                stream: second % 10 == 0 ? .stderr : .stdout,
                                line: second % 50 == 7
                                    ? HostileText.line
                                    : "request \(draw(1_000_000)) served in \(draw(20))ms")))
                }
                add(end + 50_000_000, .processExited(exit(host, process, nil)))
            }
        }
    }

    private func exit(_ host: String, _ process: String, _ signal: Int32?) -> ProcessExited {
        ProcessExited(
            host: host, process: process, exitCode: signal == nil ? 0 : nil, signal: signal,
            expected: true, maximumResidentBytes: 60_000_000, cpuNanoseconds: 9_000_000_000)
    }

    private mutating func addEnd() {
        for number in 0..<Self.trafficCount {
            add(
                end,
                .trafficEnded(
                    TrafficEnded(
                        traffic: "flow-\(number + 1)", sent: UInt64(seconds * Self.ratePerSecond),
                        worstSendDelayNanoseconds: 900_000)))
        }
        forEachLink { run, from, to in
            let packets = UInt64(run.draw(100_000))
            let lost = UInt64(run.draw(20))
            run.add(
                run.end,
                .linkTotals(
                    LinkTotals(
                        link: "\(from)>\(to)", packets: packets, bytes: packets * 300,
                        delivered: packets - min(packets, lost),
                        dropped: lost > 15
                            ? [
                                DropCount(reason: "loss", count: lost),
                                DropCount(reason: "partitioned", count: 40),
                            ] : [],
                        duplicated: 0, corrupted: 1, reordered: 3, latenessP50Nanoseconds: 30_000,
                        latenessP99Nanoseconds: 90_000 + run.draw(100_000),
                        latenessP999Nanoseconds: 200_000, latenessMaxNanoseconds: 3_000_000)))
        }
        let judged = (0..<Self.trafficCount).map { number in
            Judged(
                expectation: "flow-\(number + 1): success >= 99.9%", line: 40 + number,
                verdict: number < 6 ? .fail : .pass,
                observed: number < 6 ? "96.1% (115,320 of 120,000)" : "100% (120,000 of 120,000)",
                wanted: ">= 99.9%", evidence: ["115,320 ok, 4,680 timeout", HostileText.line])
        }
        for one in judged { add(end + 1, .judged(one)) }
        add(
            end + 2,
            .runEnded(
                RunEnded(
                    verdict: .fail, reason: "6 checks failed, first flow-1: success >= 99.9%: 96.1%"
                )))
    }
}

/// What a program might write to get out of the page that shows it.
enum HostileText {
    static let line =
        "</script><script>window.pwned=1</script><img src=x onerror=window.pwned=1> \"'&amp; "
        + "</code></li></ol><!-- ]]> \u{1b}[31mred\u{1b}[0m \u{0}\u{202e}"
}
