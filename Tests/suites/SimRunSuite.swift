import Foundation
import Testing

/// `commy sim run` from end to end: real hosts, real programs, the emulated network.
@Suite(.serialized) struct SimRunSuite {
    /// A web server and a client 5 ms apart; the rest is the test's.
    private func scenario(_ rest: String, duration: String = "3s", ready: String = "{ tcp: 8080 }")
        -> String
    {
        """
        name: suite
        seed: 1
        duration: \(duration)
        topology:
          hosts: [client, server]
          links:
            - { between: [client, server], latency: 5ms }
        processes:
          web:
            on: server
            run: python3 -m http.server 8080
            ready: \(ready)
        traffic:
          visit: { from: client, http: "http://server:8080/", rate: 50/s, timeout: 500ms }
        \(rest)
        """
    }

    private func run(_ text: String, _ arguments: [String] = []) throws -> (Tool.Result, Tool) {
        let tool = try Tool()
        try tool.write("case.yaml", text)
        let command = ["\(tool.products)/commy", "sim", "run", "case.yaml"] + arguments
        return (try tool.run(command), tool)
    }

    @Test func `a crash that heals passes, with its proof in the event log`() throws {
        let (result, tool) = try run(
            scenario(
                """
                faults:
                  - { at: 1s, crash: server, for: 500ms }
                expect:
                  - { traffic: visit, success: ">= 50%" }
                  - { traffic: visit, recovers: within 1900ms, after: crash }
                  - { traffic: visit, p50: ">= 10ms", before: crash }
                """))
        defer { tool.remove() }
        // On a machine that is too busy to tell it may be inconclusive, but never fail.
        #expect([0, 2].contains(result.status), "\(result.output)\(result.errors)")
        let log = tool.read("reports/latest/trace.jsonl").split(separator: "\n")
        let kinds = log.compactMap { line in
            line.firstMatch(of: /"event":"([a-z_]+)"/).map { String($0.1) }
        }
        #expect(kinds.first == "run_started" && kinds.last == "run_ended")
        #expect(kinds.filter { $0 == "request" }.count == 150)
        let life = kinds.filter {
            $0.hasPrefix("process_") && $0 != "process_output" && $0 != "process_sampled"
        }
        #expect(
            life == [
                "process_started", "process_ready", "process_exited", "process_started",
                "process_ready", "process_exited",
            ])
        #expect(log.contains { $0.contains("fault_healed") && $0.contains(#""touched":1"#) })
        for file in ["verdict.json", "summary.md", "latency.json", "nodes/server.log"] {
            #expect(tool.exists("reports/latest/\(file)"), "\(file)")
        }
        #expect(tool.exists("reports/latest/client-to-server.pcapng"))
    }

    @Test func `an expectation that does not hold fails the run`() throws {
        let (result, tool) = try run(
            scenario(
                """
                expect:
                  - { traffic: visit, p50: "<= 1ms" }
                """, duration: "1s"))
        defer { tool.remove() }
        #expect(result.status == 1 || result.status == 2, "a fabric this late says nothing")
        #expect(result.output.contains("visit: p50 <= 1ms"))
    }

    @Test func `a fault that touches nothing fails the run`() throws {
        let text = scenario(
            """
            faults:
              - { at: 500ms, cut: { between: [client, idle] }, for: 200ms }
            expect:
              - { traffic: visit, success: ">= 90%" }
            """, duration: "1s"
        ).replacing("hosts: [client, server]", with: "hosts: [client, server, idle]")
        let (result, tool) = try run(text)
        defer { tool.remove() }
        #expect(result.status == 1)
        #expect(result.output.contains("it touched no packet"))
    }

    @Test func `a program that does not exist is an error that names it`() throws {
        let text = scenario(
            """
            expect:
              - { traffic: visit, success: ">= 90%" }
            """
        ).replacing("python3 -m", with: "no-such-program -m")
        let (result, tool) = try run(text)
        defer { tool.remove() }
        #expect(result.status == 3)
        #expect(result.output.contains("no-such-program"))
        #expect(result.output.contains("cure:"))
    }

    @Test func `a process that ends before it is ready is an error with its last words`() throws {
        let text = scenario(
            """
            expect:
              - { traffic: visit, success: ">= 90%" }
            """
        ).replacing(
            "run: python3 -m http.server 8080", with: "shell: echo cannot find my keys; exit 7")
        let (result, tool) = try run(text)
        defer { tool.remove() }
        #expect(result.status == 3)
        #expect(result.output.contains("ended with code 7"))
        #expect(result.output.contains("cannot find my keys"))
    }

    @Test func `an interrupted run writes its report and leaves nothing`() throws {
        let tool = try Tool()
        defer { tool.remove() }
        try tool.write(
            "case.yaml",
            scenario(
                """
                expect:
                  - { traffic: visit, success: ">= 90%" }
                """, duration: "60s"))
        let process = try tool.start(["\(tool.products)/commy", "sim", "run", "case.yaml"])
        // The report's directory appears when the run begins; then it may be anywhere in its
        // set-up.
        while process.isRunning && !tool.exists("reports") { usleep(10_000) }
        usleep(300_000)
        process.interrupt()
        process.waitUntilExit()
        #expect(process.terminationStatus == 3)
        #expect(tool.read("stdout").contains("interrupted"))
        let left = try FileManager.default.contentsOfDirectory(atPath: tool.directory + "/reports")
        #expect(left.filter { $0.hasPrefix(".") } == [])
    }

    /// In a process namespace of its own every new process and thread gets the next number: `run`
    /// uses as many as `validate`, which only reads.
    @Test func `a broken scenario starts nothing, whatever is broken`() throws {
        let tool = try Tool()
        defer { tool.remove() }
        let script = """
            count=0
            last() { cat /proc/sys/kernel/ns_last_pid; }
            for file in '\(Tool.root)'/Fixtures/broken-scenarios/*.yaml; do
                begin=$(last)
                '\(tool.products)/commy' sim validate "$file" >/dev/null 2>&1
                middle=$(last)
                '\(tool.products)/commy' sim run "$file" >/dev/null 2>&1
                [ $? = 3 ] || echo "not refused: $file"
                end=$(last)
                [ $((end - middle)) = $((middle - begin)) ] || echo "starts something: $file"
                count=$((count + 1))
            done
            echo $count
            """
        let result = try tool.run([
            "/usr/bin/unshare", "--user", "--map-root-user", "--pid", "--fork", "--mount-proc",
            "/bin/sh", "-c", script,
        ])
        #expect(result.status == 0, "\(result.errors)")
        let lines = result.output.split(separator: "\n")
        #expect(lines.count == 1, "\(result.output)")
        #expect((lines.last.flatMap { Int($0) } ?? 0) >= 100)
        #expect(!tool.exists("reports"))
        let folder = try tool.commy("sim", "run", "\(Tool.root)/Fixtures/broken-scenarios")
        #expect(folder.status == 3 && folder.errors.contains(".yaml:"))
    }

    @Test func `two runs at a time do not meet`() throws {
        let text = scenario(
            """
            expect:
              - { traffic: visit, success: ">= 95%" }
            """, duration: "2s")
        let tools = [try Tool(), try Tool()]
        defer { for tool in tools { tool.remove() } }
        let processes = try tools.map { tool in
            try tool.write("case.yaml", text)
            return try tool.start(["\(tool.products)/commy", "sim", "run", "case.yaml"])
        }
        for process in processes { process.waitUntilExit() }
        for (process, tool) in zip(processes, tools) {
            #expect([0, 2].contains(process.terminationStatus), "\(tool.read("stdout"))")
        }
    }

    @Test func `the isolation without user namespaces gives the same verdict`() throws {
        try #require(getuid() == 0, "only root can make hosts without a user namespace")
        let (result, tool) = try run(
            scenario(
                """
                expect:
                  - { traffic: visit, success: ">= 95%" }
                """, duration: "1s"), ["--isolation", "root"])
        defer { tool.remove() }
        #expect([0, 2].contains(result.status), "\(result.output)")
        #expect(tool.read("reports/latest/trace.jsonl").contains(#""sandbox":"root""#))
    }
}
