import Foundation
import Testing

/// A mistake in a program, from its discovery to a look at the cluster in the moment of it: what
/// Scenarios/LOCKSTEP.md teaches.
@Suite(.serialized, .timeLimit(.minutes(10))) struct ShellSuite {
    private static let folder = "\(Tool.root)/Scenarios/lockstep"
    private static let scenario = "a-lost-question-is-asked-again.yaml"

    /// A directory with the scenario and its programs, and a run of it with the mistake.
    private static func withFailedRun(
        _ body: (Tool, _ run: String, _ trace: [Substring]) throws -> Void
    ) throws {
        let tool = try Tool()
        defer { tool.remove() }
        for name in [scenario, "programs"] {
            try FileManager.default.copyItem(
                atPath: "\(folder)/\(name)", toPath: "\(tool.directory)/\(name)")
        }
        let result = try tool.commy("sim", "run", scenario, "--set", "timer=last")
        #expect(result.status == 1, "\(result.output)\(result.errors)")
        #expect(result.output.contains("late: question"))
        let run = try FileManager.default.destinationOfSymbolicLink(
            atPath: "\(tool.directory)/reports/latest")
        let trace = tool.read("reports/\(run)/lockstep.jsonl").split(separator: "\n")
        try body(tool, "reports/\(run)", trace)
        let left = try FileManager.default.contentsOfDirectory(
            atPath: "\(tool.directory)/reports")
        #expect(left.sorted() == [String(run.split(separator: "/").last ?? ""), "latest"].sorted())
    }

    private static func instant(of line: Substring) throws -> Int64 {
        let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
        let number = (object as? [String: Any])?["at_ns"] as? NSNumber
        return try #require(number).int64Value
    }

    @Test func `a timer that waits for the wrong thing is found, replayed and stopped at`() throws {
        try Self.withFailedRun { tool, run, trace in
            let late = try #require(trace.first { $0.contains("answered-late") })
            let replay = try tool.commy("sim", "replay", run)
            #expect(replay.status == 0, "\(replay.output)\(replay.errors)")
            #expect(replay.output.hasPrefix("THE SAME"))
            // At the instant before, the answer is in the network and the program knows nothing.
            let before = try Self.instant(of: late) - 1
            let command = "hostname; grep -c answered-late lockstep.jsonl; tail -n 1 lockstep.jsonl"
            let look = try tool.commy(
                "sim", "shell", run, "client", "--at-ns", String(before), "--command", command)
            #expect(look.status == 0, "\(look.output)\(look.errors)")
            let lines = look.output.split(separator: "\n")
            #expect(lines.count == 3, "\(look.output)\(look.errors)")
            #expect(lines.first == "client" && lines.dropFirst().first == "0")
            let last = try #require(lines.last)
            #expect(trace.contains(last), "the record of the shell is the record of the run")
            #expect(try Self.instant(of: last) <= before)
            // At the instant itself it has just said so.
            let there = try tool.commy(
                "sim", "shell", run, "client", "--at-ns", String(before + 1), "-c",
                "grep -c answered-late lockstep.jsonl", "--then", "go-on")
            #expect(there.status == 0, "\(there.output)\(there.errors)")
            #expect(there.output.hasPrefix("1\nTHE SAME"), "\(there.output)")
        }
    }

    @Test func `a shell shows the host's sockets, processes and packets`() throws {
        try Self.withFailedRun { tool, run, _ in
            let command = """
                ss -Hun | wc -l; cat /proc/1/comm; ls *.pcapng; head -c 4 client-to-server.pcapng \
                | od -An -tx1; cut -d' ' -f1 /proc/2/stat; exit 5
                """
            let result = try tool.commy(
                "sim", "shell", run, "server", "--at", "1.5s", "--command", command, "--then",
                "end")
            #expect(result.status == 5, "\(result.output)\(result.errors)")
            let lines = result.output.split(separator: "\n").map {
                $0.trimmingCharacters(in: .whitespaces)
            }
            #expect(
                lines.dropFirst() == [
                    "commy-init", "client-to-server.pcapng", "server-to-client.pcapng",
                    "0a 0d 0d 0a", "2",
                ], "\(result.output)")
        }
    }

    @Test func `a kernel that sends a held SYN again begins with no smaller window`() throws {
        let tool = try Tool()
        defer { tool.remove() }
        try tool.write(
            "cut.yaml",
            """
            name: begun in a cut
            world: lockstep
            seed: 7
            duration: 6s
            topology:
              hosts: [client, server]
              links: [{ between: [any, any], latency: 5ms }]
            processes:
              echo: { on: server, run: "{{commy-traffic}} echo --tcp 7000", ready: { tcp: 7000 } }
            traffic:
              new:
                from: client
                tcp: "server:7000"
                payload: 64KiB
                reply: echo
                rate: 10/s
                timeout: 5s
                connection: close
            faults:
              - { at: 1s, cut: { between: [client, server] }, for: 2500ms }
            expect:
              - { traffic: new, success: "100%" }
            """)
        let result = try tool.commy("sim", "run", "cut.yaml")
        #expect(result.status == 0, "\(result.output)\(result.errors)")
        // In so much real time a kernel sends it twice more.
        let stop = try tool.commy(
            "sim", "shell", "reports/latest", "client", "--at", "2s", "--command", "sleep 4",
            "--then", "go-on")
        #expect(stop.status == 0, "\(stop.output)\(stop.errors)")
        #expect(stop.output.hasPrefix("THE SAME"), "\(stop.output)")
    }

    @Test func `on a terminal a shell asks how to go on, and leaves the terminal as it was`()
        throws
    {
        try Self.withFailedRun { tool, run, _ in
            // Only what a program says itself shows that Ctrl-C is for it already.
            try tool.write(
                "steps",
                """
                client at 2s\tsh -c 'echo $((600 + 4)); exec sleep 600'\\n
                604\t\\x03
                client at 2s\techo caught $?\\n
                caught 130\texit\\n
                [y/N]\ty\\n

                """)
            let result = try tool.run([
                "/bin/sh", "-c",
                "SHELL=/bin/bash python3 \(Tool.root)/Fixtures/lockstep/shell-session.py "
                    + "\(tool.products)/commy sim shell \(run) client --at 2s <steps",
            ])
            #expect(result.output.contains("the same as recorded"), "\(result.output)")
            #expect(result.output.contains("THE SAME"), "\(result.output)\(result.errors)")
            #expect(result.output.contains("\nstatus 0\nsteps left 0\nterminal restored\n"))
        }
    }

    @Test func `whoever asks for what is not there is told what is`() throws {
        try Self.withFailedRun { tool, run, _ in
            let cases: [([String], String)] = [
                ([run, "sever", "--at", "1s"], "did you mean 'server'?"),
                ([run, "server", "--at", "21s"], "beyond the end of the run, which was at 20"),
                ([run, "server", "--at", "1"], "write it as 12.3s"),
                ([run, "server", "--at=-2s"], "before the run began, which was at -500ms"),
                ([run, "server"], "say when"),
                (["reports", "server", "--at", "1s"], "is no report directory"),
            ]
            for (arguments, words) in cases {
                let result = try tool.run(["\(tool.products)/commy", "sim", "shell"] + arguments)
                #expect(result.status == 3)
                #expect(result.errors.contains(words), "\(result.errors)")
            }
        }
    }

    @Test func `a run that is not the recorded one lets nobody in`() throws {
        try Self.withFailedRun { tool, run, _ in
            let text = tool.read(Self.scenario)
            try tool.write(
                Self.scenario,
                text.replacingOccurrences(of: "latency: 5ms", with: "latency: 6ms"))
            let result = try tool.commy(
                "sim", "shell", run, "client", "--at", "2s", "-c", "echo let in")
            #expect(result.status == 1, "\(result.output)\(result.errors)")
            #expect(result.output.hasPrefix("NOT THE SAME"))
            #expect(result.output.contains("the traces differ from line"))
            #expect(!result.output.contains("let in"))
            let reports = "\(tool.directory)/reports"
            for name in try FileManager.default.contentsOfDirectory(atPath: reports)
            where name.hasSuffix("-shell") {
                try FileManager.default.removeItem(atPath: "\(reports)/\(name)")
            }
        }
    }
}
