import CommyBase
import Foundation
import SimModel

@testable import SimLab

/// Runs a small scenario with one program on one host, made of values, and gives its events.
struct FaultRun {
    var scenario = Scenario(name: "a fault")
    var isolation: SandboxEnvironment.Isolation?

    /// `line` runs on `server`; a client asks a web server there now and then.
    init(_ line: String, faults: [FaultSpec], duration: Duration = .seconds(2)) {
        scenario.duration = duration
        scenario.topology.hosts = [HostSpec(name: "client"), HostSpec(name: "server")]
        var program = ProcessSpec(name: "program", hosts: ["server"], command: .shell(line))
        program.stopWithin = .milliseconds(500)
        var web = ProcessSpec(
            name: "web", hosts: ["server"],
            command: .arguments(["python3", "-m", "http.server", "8080"]))
        web.readiness = .tcp(port: 8_080)
        scenario.processes = [program, web]
        var visit = TrafficSpec(
            name: "visit", source: "client",
            kind: .http(
                HTTPExchange(target: SocketTarget(host: "server", port: 8_080), path: "/")))
        visit.arrival.ratePerSecond = 20
        scenario.traffic = [visit]
        scenario.faults = faults
    }

    func run() throws -> ScenarioRun.Outcome {
        let root = NSTemporaryDirectory() + "commy-fault-\(UInt64.random(in: 0 ... .max))"
        defer { try? FileManager.default.removeItem(atPath: root) }
        var options = ScenarioRun.Options()
        options.reportRoot = root
        options.keepsAwake = false
        options.isolation = isolation
        let run = try ScenarioRun(
            scenario: scenario, file: "/dev/null", options: options, janitor: try Janitor(),
            observer: { _ in })
        return try run.run { _ in [] }
    }
}

extension ScenarioRun.Outcome {
    /// Lines that the program has written, with the time since the traffic began in milliseconds.
    var lines: [(at: Int64, text: String)] {
        guard let start = events.first(where: { $0.fact.kind == .trafficStarted })?.at else {
            return []
        }
        return events.compactMap { event in
            guard case .processOutput(let output) = event.fact, output.process == "program" else {
                return nil
            }
            return ((event.at - start).nanoseconds / 1_000_000, output.line)
        }
    }

    var begun: FaultTransition? {
        for event in events {
            if case .faultStarted(let transition) = event.fact { return transition }
        }
        return nil
    }

    var healed: FaultTransition? {
        for event in events {
            if case .faultHealed(let transition) = event.fact { return transition }
        }
        return nil
    }
}
