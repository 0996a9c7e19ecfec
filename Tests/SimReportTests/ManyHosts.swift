import CommyBase
import SimModel

/// A made-up run of fifty hosts that all have links to each other, to see what a report leaves out.
enum ManyHosts {
    static let events: [RunEvent] = {
        var events = [
            event(
                1,
                .runStarted(
                    RunStarted(
                        scenario: "fifty hosts", file: "Scenarios/many.yaml", seed: 1,
                        world: "realtime", sandbox: "root", durationNanoseconds: 10_000_000_000,
                        version: "0.1.0")))
        ]
        for host in 1...50 {
            events.append(
                event(2, .hostUp(HostUp(host: "host-\(host)", zone: "eu", addresses: []))))
        }
        events.append(event(100, .trafficStarted(TrafficStarted(traffic: ["checkout"]))))
        events += requests + faults + links
        events += (1...4).map { number in
            event(
                12_000,
                .judged(
                    Judged(
                        expectation: "checkout: success >= 99.9% while no fault is active, with a "
                            + "grace of \(number)s after each that has healed",
                        line: number + 20, verdict: number == 4 ? .fail : .pass,
                        observed: number == 4 ? "99.8% (499 of 500)" : "100% (500 of 500)",
                        wanted: ">= 99.9%", evidence: ["499 ok, 1 timeout"])))
        }
        events.append(event(12_001, .runEnded(RunEnded(verdict: .fail, reason: nil))))
        return events
    }()

    private static func event(_ milliseconds: Int64, _ fact: RunEvent.Fact) -> RunEvent {
        RunEvent(at: MeshInstant(nanoseconds: milliseconds * 1_000_000), fact: fact)
    }

    private static let requests = (0..<500).map { number in
        let due = Int64(100 + number * 20)
        return event(
            due + 4,
            .request(
                RequestOutcome(
                    traffic: "checkout", ordinal: UInt64(number),
                    scheduledNanoseconds: due * 1_000_000, latencyNanoseconds: 4_000_000,
                    result: .ok, status: 200, backend: "host-\(number % 50 + 1)")))
    }

    private static let faults: [RunEvent] = {
        let pairs = (1...25).flatMap { left in (26...50).map { "host-\(left)>host-\($0)" } }
        let split = FaultTransition(fault: "split", verb: "partition", targets: pairs)
        let restart = FaultTransition(fault: "roll", verb: "restart", targets: ["nginx@host-1"])
        var healed = split
        healed.touched = 12_345
        var closed = restart
        closed.touched = 1
        return [
            event(3_000, .faultStarted(split)), event(5_000, .faultHealed(healed)),
            event(6_000, .faultStarted(restart)), event(11_000, .faultHealed(closed)),
        ]
    }()

    private static let links = (0..<200).map { number in
        event(
            11_500,
            .linkTotals(
                LinkTotals(
                    link: "host-\(number % 25 + 1)>host-\(number / 25 + 26)", packets: 1_000,
                    bytes: 90_000, delivered: 900,
                    dropped: ["loss", "queue-full", "codel", "cut", "partitioned"].map {
                        DropCount(reason: $0, count: UInt64(20 + number))
                    }, duplicated: 0, corrupted: 0, reordered: 0, latenessP50Nanoseconds: 30_000,
                    latenessP99Nanoseconds: 90_000, latenessP999Nanoseconds: 200_000,
                    latenessMaxNanoseconds: 300_000)))
    }
}
