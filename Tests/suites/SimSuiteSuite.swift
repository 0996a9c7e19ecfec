import Foundation
import Testing

/// Many scenarios in one call: side by side, selected, repeated, skipped and interrupted.
@Suite(.serialized) struct SimSuiteSuite {
    /// Four names in two files of the same name and two others.
    private func selection() throws -> Tool {
        let tool = try Tool()
        for folder in ["a", "b"] {
            let path = "\(tool.directory)/\(folder)"
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true)
            try tool.write("\(folder)/one.yaml", TinyScenario.text(name: "one of \(folder)"))
            try tool.write(
                "\(folder)/two.yaml",
                TinyScenario.text(name: "two of \(folder)", tags: ["failover", folder]))
        }
        return tool
    }

    private func names(_ tool: Tool, _ arguments: [String]) throws -> [String] {
        let command = ["\(tool.products)/commy", "sim", "list", "a", "b", "--json"]
        let result = try tool.run(command + arguments)
        #expect(result.status == 0, "\(result.errors)")
        return result.output.split(separator: "\n").compactMap { line in
            line.firstMatch(of: /"scenario":"([^"]*)"/).map { String($0.1) }
        }
    }

    @Test func `every scenario is in exactly one shard`() throws {
        let tool = try selection()
        defer { tool.remove() }
        let all = try names(tool, [])
        #expect(all.count == 4)
        for count in 1...5 {
            let parts = try (1...count).map { try names(tool, ["--shard", "\($0)/\(count)"]) }
            #expect(parts.flatMap { $0 }.sorted() == all.sorted())
        }
    }

    @Test(arguments: ["0/2", "3/2", "1", "a/b", "1/0", "-1/2", "1/2/3"])
    func `a shard that is none is an error`(shard: String) throws {
        let tool = try selection()
        defer { tool.remove() }
        let result = try tool.commy("sim", "list", "a", "--shard=\(shard)")
        #expect(result.status == 3)
        #expect(result.errors.contains("is not I/N"))
    }

    @Test(arguments: [
        ("failover", ["two of a", "two of b"]), ("!failover", ["one of a", "one of b"]),
        ("a/,!one", ["two of a"]), ("a/one, b/two", ["one of a", "two of b"]),
        ("ONE OF", ["one of a", "one of b"]), ("smoke,!b", ["one of a", "two of a"]),
    ])
    func `a filter selects by tier, tag, path and name`(filter: String, expected: [String]) throws {
        let tool = try selection()
        defer { tool.remove() }
        #expect(try names(tool, ["--filter", filter]).sorted() == expected)
    }

    @Test func `filters must all hold, and one that selects nothing names the tags`() throws {
        let tool = try selection()
        defer { tool.remove() }
        #expect(try names(tool, ["--filter", "failover", "--filter", "one,b/"]) == ["two of b"])
        let result = try tool.commy("sim", "run", "a", "--filter", "failovr")
        #expect(result.status == 3)
        #expect(result.errors.contains("did you mean 'failover'?"))
        #expect(result.errors.contains("tags are a, failover"))
        #expect(!tool.exists("reports"))
    }

    @Test func `two at once have their own verdicts, reports, JSON lines and cases`() throws {
        let tool = try selection()
        defer { tool.remove() }
        try tool.write("a/two.yaml", TinyScenario.text(name: "two of a", bound: "<= 1ms"))
        try tool.write("a/three.yaml", TinyScenario.skipped)
        let result = try tool.commy(
            "sim", "run", "a", "b/one.yaml", "-j", "2", "--json", "--junit", "out/junit.xml",
            "--markdown", "out/summary.md")
        // A fabric that is too late says nothing.
        #expect([1, 2].contains(result.status), "\(result.output)\(result.errors)")
        let verdicts = result.output.split(separator: "\n").reduce(into: [String: String]()) {
            guard let name = $1.firstMatch(of: /"scenario":"([^"]*)"/)?.1 else { return }
            $0[String(name)] = $1.matches(of: /"verdict":"([a-z]*)"/).last.map { String($0.1) }
        }
        #expect(verdicts.count == 4)
        #expect(["pass", "inconclusive"].contains(verdicts["one of a"]))
        #expect(["fail", "inconclusive"].contains(verdicts["two of a"]))
        #expect(verdicts["needs what nobody has"] == "skipped")
        let junit = tool.read("out/junit.xml")
        for name in verdicts.keys { #expect(junit.contains(name), "\(name)") }
        #expect(junit.contains("<skipped") && junit.contains("no-such-package"))
        #expect(tool.read("out/summary.md").contains("two of a"))
        let reports = try FileManager.default.contentsOfDirectory(
            atPath: tool.directory + "/reports")
        #expect(reports.filter { !$0.hasPrefix(".") && $0 != "latest" }.count == 3, "\(reports)")
        #expect(tool.exists("reports/latest/verdict.json"))
    }

    @Test func `a broken file reaches the pipeline's reports, and its neighbour is not started`()
        throws
    {
        let tool = try selection()
        defer { tool.remove() }
        try tool.write("a/two.yaml", "name: two\nhots: []\ntopology:\n  hosts: [a, a]\n")
        let result = try tool.run([
            "/usr/bin/env", "GITHUB_ACTIONS=true",
            "GITHUB_STEP_SUMMARY=\(tool.directory)/step.md", "\(tool.products)/commy", "sim", "run",
            "a", "--junit", "junit.xml", "--markdown", "summary.md",
        ])
        #expect(result.status == 3)
        #expect(!tool.exists("reports"))
        let remarks = result.output.split(separator: "\n").filter { $0.hasPrefix("::error ") }
        #expect(remarks.count == 2, "\(result.output)")
        #expect(remarks.first?.hasPrefix("::error file=a/two.yaml,line=2,col=1,") == true)
        #expect(tool.read("junit.xml").contains("errors=\"1\""))
        #expect(tool.read("summary.md").contains("a/two.yaml:2:1"))
        #expect(tool.read("step.md") == tool.read("summary.md"))
    }

    @Test func `what is skipped is said loudly, and is an error when nothing else is there`() throws
    {
        let tool = try selection()
        defer { tool.remove() }
        try tool.write("skipped.yaml", TinyScenario.skipped)
        let mixed = try tool.commy("sim", "run", "skipped.yaml", "a/one.yaml")
        #expect([0, 2].contains(mixed.status))
        #expect(mixed.output.contains("SKIPPED 1 of 2"))
        #expect(mixed.errors.contains("apt-get install no-such-package"))
        let strict = try tool.commy("sim", "run", "skipped.yaml", "a/one.yaml", "--no-skip")
        #expect(strict.status == 3)
        let alone = try tool.commy("sim", "run", "skipped.yaml")
        #expect(alone.status == 3)
    }

    @Test func `only what was inconclusive is run again, as often as was asked for`() throws {
        let tool = try Tool()
        defer { tool.remove() }
        try FileManager.default.copyItem(
            atPath: "\(Tool.root)/Fixtures/twins/common", toPath: "\(tool.directory)/common")
        // Reports that were dropped leave it open, whatever the machine does.
        try tool.write(
            "open.yaml",
            """
            name: nobody knows
            duration: 2s
            include: common/three-nodes.yaml
            variables: { line: dropped lines=3 }
            """)
        try tool.write("late.yaml", TinyScenario.text(name: "too late", bound: "<= 1ms"))
        let result = try tool.commy(
            "sim", "run", "open.yaml", "late.yaml", "--again", "2", "--junit", "junit.xml")
        #expect([1, 2].contains(result.status), "\(result.output)\(result.errors)")
        #expect(result.output.contains("(2 of at most 2)"), "\(result.output)")
        let reports = try FileManager.default.contentsOfDirectory(
            atPath: tool.directory + "/reports")
        #expect(reports.filter { $0.hasPrefix("open-1-") }.count == 3, "\(reports)")
        #expect(result.output.contains("2 runs: "))
        #expect(tool.read("junit.xml").matches(of: /<testsuite\b/).count == 2)
    }

    @Test func `a repeated scenario is counted and keeps every report`() throws {
        let tool = try selection()
        defer { tool.remove() }
        let result = try tool.commy("sim", "run", "a/one.yaml", "--repeat", "3", "-j", "2")
        #expect([0, 2].contains(result.status), "\(result.output)")
        let line = result.output.split(separator: "\n").first { $0.hasPrefix("one of a: ") }
        let counts = (line ?? "").matches(of: /([0-9]+) (pass|inconclusive)/)
        #expect(counts.compactMap { Int($0.1) }.reduce(0, +) == 3, "\(result.output)")
        let reports = try FileManager.default.contentsOfDirectory(
            atPath: tool.directory + "/reports")
        #expect(reports.filter { $0.hasPrefix("one-1-") }.count == 3)
    }

    @Test(arguments: [1, 2])
    func `Ctrl-C during two at once leaves nothing behind`(times: Int) throws {
        let tool = try Tool()
        defer { tool.remove() }
        for name in ["x", "y", "z"] {
            try tool.write(
                "\(name).yaml", TinyScenario.text(name: "long \(name)", duration: "60s"))
        }
        let process = try tool.start([
            "\(tool.products)/commy", "sim", "run", "x.yaml", "y.yaml", "z.yaml", "-j", "2",
        ])
        while process.isRunning && unfinished(tool).count < 2 { usleep(10_000) }
        usleep(500_000)
        let children = descendants(of: process.processIdentifier)
        #expect(children.count >= 4, "two janitors and the hosts of two scenarios")
        process.interrupt()
        if times == 2 {
            // Two signals at once would be one: the second must find the first one heard.
            while process.isRunning && !tool.read("stderr").contains("stopping") { usleep(1_000) }
            process.interrupt()
        }
        process.waitUntilExit()
        #expect(process.terminationStatus == 3)
        if times == 1 {
            #expect(tool.read("stderr").contains("z.yaml: not run"))
            let reports = try FileManager.default.contentsOfDirectory(
                atPath: tool.directory + "/reports")
            #expect(reports.filter { $0.hasPrefix("x-1-") || $0.hasPrefix("y-1-") }.count == 2)
        }
        // The janitors and the kernel finish after the tool; a bound for a machine that is stuck.
        var turns = 0
        while turns < 1_000 && (!unfinished(tool).isEmpty || children.contains(where: isAlive)) {
            usleep(10_000)
            turns += 1
        }
        #expect(unfinished(tool) == [])
        #expect(children.filter(isAlive) == [])
    }

    private func unfinished(_ tool: Tool) -> [String] {
        let names = try? FileManager.default.contentsOfDirectory(
            atPath: tool.directory + "/reports")
        return (names ?? []).filter { $0.hasPrefix(".unfinished") }
    }

    /// Every process below one, as `pid start-time`, which no later process has.
    private func descendants(of parent: Int32) -> [String] {
        let tasks = "/proc/\(parent)/task"
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: tasks)) ?? []
        let own = threads.flatMap { thread in
            let text = try? String(contentsOfFile: "\(tasks)/\(thread)/children", encoding: .utf8)
            return (text ?? "").split(separator: " ").compactMap { Int32($0) }
        }
        return own.flatMap { pid in
            [identity(of: pid)].compactMap { $0 } + descendants(of: pid)
        }
    }

    private func identity(of pid: Int32) -> String? {
        guard let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
            let end = stat.lastIndex(of: ")")
        else { return nil }
        let fields = stat[end...].split(separator: " ")
        guard fields.count > 20, fields[1] != "Z" else { return nil }
        return "\(pid) \(fields[20])"
    }

    private func isAlive(_ process: String) -> Bool {
        guard let pid = process.split(separator: " ").first.flatMap({ Int32($0) }) else {
            return false
        }
        return identity(of: pid) == process
    }
}
