import CommyBase
import SimModel
import Testing

@testable import SimLab

/// Every fault on a real process: it takes hold, it is seen to, and it heals.
@Suite(.serialized)
struct FaultRunTests {
    private static let program = ProcessTarget.process("program")

    private static func fault(
        _ action: FaultSpec.Action, at: Duration = .milliseconds(500),
        for lasts: Duration? = .seconds(1)
    ) -> FaultSpec {
        FaultSpec(name: "fault", at: at, lasts: lasts, action: action)
    }

    /// A loop that writes a line every 20 ms.
    private static func every20(_ body: String) -> String {
        "exec python3 -u -c '\nimport time\n\(body)\nwhile True:\n  tick()\n  time.sleep(0.02)'"
    }

    @Test func `a full disk refuses writes and takes them again`() throws {
        let program = Self.every20(
            """
            import os
            def tick():
              try:
                with open("/tmp/data", "ab") as f: f.write(b"x" * 5000)
                print("written")
              except OSError as error: print(error.errno)
            """)
        let outcome = try FaultRun(
            program, faults: [Self.fault(.disk(host: "server", freeBytes: 0))]
        ).run()
        #expect(outcome.verdict == .pass, "\(outcome.reason ?? "")")
        #expect(outcome.healed?.touched == 1)
        #expect(outcome.healed?.mended == true)
        let during = outcome.lines.filter { (700..<1_300).contains($0.at) }.map(\.text)
        #expect(during.contains("28") && !during.contains("written"))
        let after = outcome.lines.filter { $0.at > 1_700 }.map(\.text)
        #expect(after.contains("written") && !after.contains("28"))
    }

    @Test func `a process runs out of file descriptors and gets them back`() throws {
        let program = Self.every20(
            """
            def tick():
              try:
                with open("/dev/null"), open("/dev/null"): print("opened")
              except OSError as error: print(error.errno)
            """)
        let outcome = try FaultRun(
            program, faults: [Self.fault(.openFiles(Self.program, headroom: 1))]
        ).run()
        #expect(outcome.verdict == .pass, "\(outcome.reason ?? "")")
        #expect(outcome.healed?.touched == 1)
        #expect(outcome.healed?.mended == true)
        let during = Set(outcome.lines.filter { (700..<1_300).contains($0.at) }.map(\.text))
        #expect(during == ["24"])
        let after = Set(outcome.lines.filter { $0.at > 1_700 }.map(\.text))
        #expect(after == ["opened"])
    }

    @Test func `a process runs out of memory and gets it back`() throws {
        let program = Self.every20(
            """
            import mmap
            def tick():
              try:
                with mmap.mmap(-1, 64 << 20): pass
                print("got it")
              except OSError: print("none")
            """)
        let outcome = try FaultRun(
            program, faults: [Self.fault(.memory(Self.program, headroomBytes: 16 << 20))]
        ).run()
        #expect(outcome.verdict == .pass, "\(outcome.reason ?? "")")
        #expect(outcome.healed?.touched == 1)
        let during = Set(outcome.lines.filter { (800..<1_300).contains($0.at) }.map(\.text))
        #expect(during == ["none"])
        let after = Set(outcome.lines.filter { $0.at > 1_800 }.map(\.text))
        #expect(after == ["got it"])
    }

    @Test func `a wall clock is wrong and right again, and the other clock never is`() throws {
        let program = Self.every20(
            """
            first = time.monotonic() - time.time()
            def tick(): print(round(time.monotonic() - time.time() - first))
            """)
        let change = ClockChange(offset: .seconds(-30))
        let outcome = try FaultRun(
            program, faults: [Self.fault(.clock(Self.program, change))]
        ).run()
        #expect(outcome.verdict == .pass, "\(outcome.reason ?? "")")
        #expect(outcome.healed?.touched == 1)
        let during = Set(outcome.lines.filter { (700..<1_300).contains($0.at) }.map(\.text))
        #expect(during == ["30"])
        let after = Set(outcome.lines.filter { $0.at > 1_700 }.map(\.text))
        #expect(after == ["0"])
    }

    @Test func `a clock drifts from its fault's begin on`() throws {
        let program = Self.every20(
            """
            first = time.monotonic() - time.time()
            def tick(): print(int((time.time() + first - time.monotonic()) * 1000))
            """)
        let change = ClockChange(offset: .zero, driftPerMillion: 100_000)
        let outcome = try FaultRun(
            program, faults: [Self.fault(.clock(Self.program, change))]
        ).run()
        #expect(outcome.verdict == .pass, "\(outcome.reason ?? "")")
        let values = outcome.lines.filter { (600..<1_450).contains($0.at) }
        for (at, text) in values {
            let wanted = Double(at - 500) * 0.1
            #expect(abs((Double(text) ?? 1e9) - wanted) < 25, "at \(at) ms: \(text)")
        }
        #expect(!values.isEmpty)
    }

    @Test func `a starved process gets its share of the processor`() throws {
        let program = Self.every20(
            """
            def tick():
              begin = time.process_time()
              while time.process_time() - begin < 0.01: pass
              print("turn")
            """)
        let outcome = try FaultRun(
            program, faults: [Self.fault(.cpu(Self.program, share: 0.2))]
        ).run()
        #expect(outcome.verdict == .pass, "\(outcome.reason ?? "")")
        #expect((15...30).contains(outcome.healed?.touched ?? 0))
        let before = outcome.lines.count { (0..<500).contains($0.at) }
        let during = outcome.lines.count { (500..<1_500).contains($0.at) } / 2
        #expect(during < before)
        #expect(outcome.lines.contains { $0.at > 1_700 })
    }

    @Test func `a pause and a cpu fault together leave a paused process alone`() throws {
        let program = Self.every20("def tick(): print(1)")
        let starve = Self.fault(
            .cpu(Self.program, share: 0.5), at: .zero, for: .milliseconds(1_800))
        var pause = Self.fault(.pause(Self.program))
        pause.name = "pause"
        let outcome = try FaultRun(program, faults: [starve, pause]).run()
        #expect(outcome.verdict == .pass, "\(outcome.reason ?? "")")
        #expect(!outcome.lines.contains { (560..<1_480).contains($0.at) })
        #expect(outcome.lines.contains { $0.at > 1_600 })
    }

    @Test func `a command breaks and mends, and one that fails is no fault`() throws {
        let program = Self.every20(
            """
            import os
            def tick(): print(os.path.exists("/tmp/slow"))
            """)
        // It writes after a pause, which ends it when nobody listens.
        let touch = ProcessSpec.Command.shell("echo one; sleep 0.05; echo two; touch /tmp/slow")
        let remove = ProcessSpec.Command.shell("rm /tmp/slow")
        let good = try FaultRun(
            program, faults: [Self.fault(.exec(host: "server", begin: touch, heal: remove))]
        ).run()
        #expect(good.verdict == .pass, "\(good.reason ?? "")")
        #expect(good.lines.contains { (700..<1_300).contains($0.at) && $0.text == "True" })
        #expect(good.lines.last?.text == "False")
        let bad = try FaultRun(
            program,
            faults: [
                Self.fault(
                    .exec(host: "server", begin: .shell("echo broken >&2; exit 3"), heal: nil))
            ]
        ).run()
        #expect(bad.verdict == .fail)
        #expect(
            bad.judged.map(\.observed)
                == ["it touched no command: its command ended with code 3: broken"])
        let unhealed = try FaultRun(
            program,
            faults: [
                Self.fault(.exec(host: "server", begin: touch, heal: .shell("exit 4")))
            ]
        ).run()
        #expect(unhealed.verdict == .fail)
        #expect(unhealed.judged.map(\.observed) == ["its command ended with code 4"])
    }

    @Test func `connections are reset at both ends, and later ones are not`() throws {
        let client = """
            exec python3 -u -c '
            import socket, time
            def attempt():
              try:
                s = socket.create_connection(("server", 8080), 2)
                s.sendall(b"GET / HTTP/1.0\\r\\n\\r\\n")
                s.recv(10)
                print("ok")
              except OSError as error: print(type(error).__name__)
            while True:
              attempt()
              time.sleep(0.02)'
            """
        var run = FaultRun(
            client,
            faults: [
                Self.fault(
                    .reset(.between(.node("client"), .node("server"))), for: .milliseconds(500))
            ])
        run.scenario.processes[0].hosts = ["client"]
        let outcome = try run.run()
        #expect(outcome.verdict == .pass, "\(outcome.reason ?? "")")
        #expect(outcome.healed?.mended == true)
        let during = Set(outcome.lines.filter { (560..<950).contains($0.at) }.map(\.text))
        #expect(
            !during.isEmpty
                && during.isSubset(of: ["ConnectionRefusedError", "ConnectionResetError"]))
        let after = Set(outcome.lines.filter { $0.at > 1_300 }.map(\.text))
        #expect(after == ["ok"])
    }

    @Test func `a fault waits for a line, and one that waits in vain fails the run`() throws {
        // Which turns fall into the run depends on how long the other process takes to start.
        let program = "for i in $(seq 400); do sleep 0.1; echo turn $i; done; sleep 60"
        let line = EventPattern.log(
            .expression("turn [0-9]*[45]$"), process: "program", host: "server")
        let good = FaultSpec(
            name: "late",
            trigger: .when(
                Condition(steps: [.init(pattern: line, count: 2)], delay: .milliseconds(50))),
            lasts: .milliseconds(200), action: .pause(.process("web")))
        var waiting = FaultRun(program, faults: [good])
        // Far more than ten turns need, for a machine that has other work.
        waiting.scenario.duration = .seconds(5)
        let outcome = try waiting.run()
        #expect(outcome.verdict == .pass, "\(outcome.reason ?? "")")
        let detail = try #require(outcome.begun?.detail)
        #expect(try /after program@server: turn [0-9]*[45]/.wholeMatch(in: detail) != nil)
        var never = good
        never.trigger = .when(
            Condition(steps: [.init(pattern: .log(.contains("no"), process: nil, host: nil))]))
        let missed = try FaultRun(program, faults: [never]).run()
        // Inconclusive where the machine stood still while the fault waited.
        #expect([.fail, .inconclusive].contains(missed.verdict))
        #expect(
            missed.judged.map(\.observed) == ["its condition never held: log no: 0 of 1"])
    }

    @Test func `resources are sampled, jobs may end, and a timeout names what went on`() throws {
        var run = FaultRun("sleep 1; exit 7", faults: [])
        run.scenario.expectations = [
            ExpectationSpec(
                subject: .process("program", host: nil), claim: .exit(.code(7)), scope: .wholeRun,
                line: 1, text: "program: exit 7"),
            ExpectationSpec(
                subject: .process("web", host: nil),
                claim: .resource(.memory, .atMost, Double(200 << 20)), scope: .wholeRun, line: 2,
                text: "web: memory"),
            ExpectationSpec(
                subject: .process("web", host: nil), claim: .resource(.openFiles, .atLeast, 3),
                scope: .wholeRun, line: 3, text: "web: open-files"),
        ]
        let outcome = try run.run()
        #expect(outcome.judged.map(\.verdict) == [.pass, .pass, .pass])
        run.scenario.duration = .seconds(60)
        run.scenario.timeout = .seconds(3)
        let late = try run.run()
        #expect(late.verdict == .error)
        #expect(
            late.reason
                == "the run was not over within its timeout of 3s, while traffic was sent")
    }
}
