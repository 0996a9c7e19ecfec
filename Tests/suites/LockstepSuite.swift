import Foundation
import Testing

/// Lockstep from the outside: one hash, programs in another language, and those that break the
/// contract.
@Suite(.serialized, .timeLimit(.minutes(10))) struct LockstepSuite {
    private static let programs = [
        "Fixtures/lockstep/member.py", "Scenarios/lockstep/programs/lockstep.py",
    ]

    private static func scenario(_ mode: String) -> String {
        """
        name: python \(mode)
        world: lockstep
        seed: 7
        duration: \(mode.hasPrefix("beacon") ? "60s" : "3s")
        topology:
          hosts: [client, server]
          links:
            - { between: [client, server], latency: 5ms, loss: 2% }
        processes:
          program:
            on: server
            run: python3 -B {{scenario}}/member.py \(mode)
            ready: { log: listening }
        traffic:
          pings: { from: client, udp: "server:7000", payload: 100B, rate: 50/s, timeout: 200ms }
        expect:
          - { traffic: pings, success: ">= 50%" }
        """
    }

    private static func run(_ mode: String, _ arguments: [String] = []) throws -> (
        result: Tool.Result, tool: Tool
    ) {
        let tool = try Tool()
        try tool.write("case.yaml", scenario(mode))
        for program in programs {
            let name = URL(fileURLWithPath: program).lastPathComponent
            try FileManager.default.copyItem(
                atPath: "\(Tool.root)/\(program)", toPath: "\(tool.directory)/\(name)")
        }
        return (
            try tool.run(["\(tool.products)/commy", "sim", "run", "case.yaml"] + arguments), tool
        )
    }

    @Test func `a program written from the contract repeats byte for byte`() throws {
        let (result, tool) = try Self.run("echo", ["--verify", "2"])
        defer { tool.remove() }
        #expect(result.status == 0, "\(result.output)\(result.errors)")
        #expect(result.output.contains("the same in 3 runs"))
        let trace = tool.read("reports/latest/lockstep.jsonl")
        #expect(trace.contains(#""event":"application","process":"program@server""#))
        #expect(trace.contains("answered count=1"))
    }

    @Test func `OpenSSL takes the time from the run, and is not named for looking at it`() throws {
        let (result, tool) = try Self.run("tls {{tls}}", ["--verify", "1"])
        defer { tool.remove() }
        #expect(result.status == 0, "\(result.output)\(result.errors)")
        #expect(result.output.contains("the same in 2 runs"))
        let trace = tool.read("reports/latest/lockstep.jsonl")
        let sessions = trace.split(separator: "\n").filter { $0.contains("session version=") }
        #expect(sessions.count >= 3)
        #expect(sessions.allSatisfy { $0.contains("version=TLSv1.3 seconds-late=0\"") })
    }

    @Test func `a run that does not come again is an error in everything that is written`() throws {
        let files = ["--verify", "1", "--junit", "junit.xml", "--markdown", "all.md"]
        let (result, tool) = try Self.run("draw", files)
        defer { tool.remove() }
        let words = "run 2 was not the same"
        #expect(result.status == 3, "\(result.output)\(result.errors)")
        #expect(result.output.hasPrefix("ERROR"), "\(result.output)")
        #expect(result.output.replacing(/\s+/, with: " ").contains(words), "\(result.output)")
        for name in [
            "junit.xml", "all.md", "reports/latest/verdict.json", "reports/latest/junit.xml",
            "reports/latest/summary.md", "reports/latest/report.html",
        ] {
            #expect(tool.read(name).contains(words), "\(name): \(tool.read(name).prefix(2000))")
        }
        #expect(tool.read("junit.xml").contains("errors=\"1\""), "\(tool.read("junit.xml"))")
        let object = try tool.run(
            ["\(tool.products)/commy", "sim", "run", "case.yaml", "--verify", "1", "--json"])
        #expect(object.status == 3, "\(object.output)\(object.errors)")
        #expect(object.output.contains(#""verdict":"error""#) && object.output.contains(words))
    }

    @Test func `a recorded run is replayed, and a changed one is told apart`() throws {
        let (result, tool) = try Self.run("echo")
        defer { tool.remove() }
        #expect(result.status == 0, "\(result.output)\(result.errors)")
        let run = try FileManager.default.destinationOfSymbolicLink(
            atPath: "\(tool.directory)/reports/latest")
        let same = try tool.commy("sim", "replay", "reports/\(run)")
        #expect(same.status == 0, "\(same.output)\(same.errors)")
        #expect(same.output.hasPrefix("THE SAME"))
        try tool.write(
            "case.yaml",
            Self.scenario("echo").replacingOccurrences(of: "latency: 5ms", with: "latency: 6ms"))
        let other = try tool.commy("sim", "replay", "reports/\(run)")
        #expect(other.status == 1, "\(other.output)\(other.errors)")
        #expect(other.output.contains("the traces differ from line"))
    }

    /// How the contract is broken, what is said about it, and within how many real seconds: a
    /// program may keep the token for ten.
    private static let breaches: [(String, String, Double)] = [
        ("spin", "kept the token for 10 s of real time; it runs without pause", 40),
        ("block", "kept the token for 10 s of real time; it waits in the kernel", 40),
        ("leave", "has left and did not end for 10 s of real time", 40),
        ("sleep", "waited by a clock of its own (usleep)", 20),
        ("clock", "looked at a clock of its own (clock_gettime, clock number 0)", 20),
        ("child", "used the network from a second thread (sendto, thread", 20),
        ("thread", "used the network from a second thread (accept, thread", 20),
        ("thread bare", "has a second thread that uses the network: it waits in accept", 20),
        ("beacon bare", "sent a packet while no program there had its turn", 20),
    ]

    @Test(arguments: breaches)
    func `a program that breaks the contract is named`(
        _ mode: String, _ words: String, _ seconds: Double
    ) throws {
        let begin = ContinuousClock.now
        let (result, tool) = try Self.run(mode)
        defer { tool.remove() }
        #expect(ContinuousClock.now - begin < .seconds(seconds))
        #expect(result.status == 3, "\(result.output)\(result.errors)")
        let text = result.output.replacing(/\s+/, with: " ")
        #expect(text.contains(mode == "beacon bare" ? "server" : "program@server"), "\(text)")
        #expect(text.contains(words), "\(text)")
        #expect(text.contains("LOCKSTEP.md"), "\(text)")
    }

    /// Bulk, loss, crashes, a cut, a host without power, many hosts; `./dev soak lockstep` has all.
    @Test(arguments: [
        "bulk-with-loss", "cut-and-heal", "crash-with-a-restart-policy",
        "half-open-after-a-power-loss", "twenty-hosts",
    ])
    func `a scenario leaves one trace while every processor is busy`(_ name: String) throws {
        let tool = try Tool()
        defer { tool.remove() }
        let load = try (0..<ProcessInfo.processInfo.activeProcessorCount).map { _ in
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/bin/sh")
            process.arguments = ["-c", "while :; do :; done"]
            try process.run()
            return process
        }
        defer {
            // SIGTERM may be blocked in what a test starts.
            for process in load { kill(process.processIdentifier, SIGKILL) }
        }
        let file = "\(Tool.root)/Scenarios/lockstep/\(name).yaml"
        let result = try tool.commy("sim", "run", file, "--verify", "3")
        #expect(result.status == 0, "\(result.output)\(result.errors)")
        #expect(result.output.contains("the same in 4 runs"), "\(result.output)")
    }

    @Test func `a program that knows nothing of lockstep is refused by name`() throws {
        let tool = try Tool()
        defer { tool.remove() }
        try tool.write(
            "case.yaml",
            Self.scenario("echo").replacingOccurrences(
                of: "run: python3 -B {{scenario}}/member.py echo", with: "run: sleep 600"))
        let result = try tool.commy("sim", "run", "case.yaml")
        #expect(result.status == 3)
        let text = result.output.replacing(/\s+/, with: " ")
        #expect(text.contains("program@server has not joined the lockstep run"), "\(text)")
    }
}
