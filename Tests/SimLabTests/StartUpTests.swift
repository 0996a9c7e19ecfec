import CommyBase
import SimModel
import Testing

@testable import SimLab

/// Programs that do not start as they should: the run ends with a reason, and soon.
@Suite(.serialized)
struct StartUpTests {
    private func outcome(
        of line: String, ready: Readiness?, _ restart: ProcessSpec.Restart,
        within: Duration = .seconds(1)
    ) throws -> ScenarioRun.Outcome {
        var run = FaultRun(line, faults: [], duration: .milliseconds(500))
        run.scenario.processes[0].readiness = ready
        run.scenario.processes[0].restart = restart
        run.scenario.processes[0].readyWithin = within
        run.scenario.timeout = .seconds(20)
        return try run.run()
    }

    @Test func `a crash loop is not ready, however its readiness is seen`() throws {
        for (line, ready) in [
            ("echo listening; exit 1", Readiness.log(contains: "never")),
            ("exit 1", Readiness.delay(.milliseconds(300))),
        ] {
            let outcome = try outcome(of: line, ready: ready, .always)
            #expect(outcome.verdict == .error)
            #expect(
                outcome.reason?.hasPrefix("process program@server was not ready within 1s in ")
                    == true, "\(outcome.reason ?? "")")
        }
    }

    @Test func `a last word that says ready does not bring a dead process to life`() throws {
        let outcome = try outcome(
            of: "echo listening; exit 1", ready: .log(contains: "listening"), .always)
        #expect(outcome.verdict == .error || outcome.verdict == .pass)
    }

    @Test func `a process that ends while others still start ends the run`() throws {
        var run = FaultRun("exit 3", faults: [], duration: .milliseconds(500))
        run.scenario.processes[1].command = .shell("sleep 1; exec python3 -m http.server 8080")
        let outcome = try run.run()
        #expect(outcome.verdict == .error)
        #expect(
            outcome.reason == "process program@server ended with code 3 before the traffic began")
    }

    @Test func `readiness is seen after any number of lines`() throws {
        let outcome = try outcome(
            of: "seq 1 25000; echo here I am; sleep 60", ready: .log(contains: "here I am"), .never,
            within: .seconds(15))
        #expect(outcome.verdict == .pass, "\(outcome.reason ?? "")")
    }

    @Test func `what a leader leaves behind is stopped with it`() throws {
        let worker = "python3 -m http.server 9000"
        let fault = FaultSpec(
            name: "fault", at: .milliseconds(300), lasts: .milliseconds(500),
            action: .stop(.process("program")))
        var run = FaultRun(
            "trap exit TERM; (trap '' TERM; exec \(worker)) & wait", faults: [fault])
        run.scenario.processes[0].readiness = .tcp(port: 9_000)
        let outcome = try run.run()
        #expect(outcome.verdict == .pass, "\(outcome.reason ?? "")")
        #expect(!outcome.lines.contains { $0.text.contains("Address already in use") })
    }

    @Test func `a process may have the name of a file of its host`() throws {
        var run = FaultRun("sleep 60", faults: [], duration: .milliseconds(300))
        run.scenario.processes[0].name = "hosts"
        #expect(try run.run().verdict == .pass)
    }

    @Test func `with root, a process owns its directory and all that was put there`() throws {
        var run = FaultRun(
            "mkdir sub/more && echo x >> sub/file && sleep 60", faults: [],
            duration: .milliseconds(500))
        run.scenario.processes[0].files = [ScratchFile(path: "sub/file", content: "text")]
        run.isolation = .root
        let outcome = try run.run()
        #expect(outcome.verdict == .pass, "\(outcome.reason ?? "")")
    }
}
