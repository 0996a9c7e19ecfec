import Foundation
import Testing
import Yams

/// The pipeline files of this repository are examples for others: what they run must be right.
@Suite struct PipelineSuite {
    private static func document(_ path: String) throws -> [String: Any] {
        let text = try String(contentsOfFile: "\(Tool.root)/\(path)", encoding: .utf8)
        return try #require(try Yams.load(yaml: text) as? [String: Any], "\(path) is no mapping")
    }

    /// The lines of both files' steps that call something of this repository.
    private static func commands() throws -> [String] {
        let github = try document(".github/workflows/scenarios.yml")
        let jobs = try #require(github["jobs"] as? [String: [String: Any]])
        let steps = try #require(jobs["scenarios"]?["steps"] as? [[String: Any]])
        let gitlab = try document(".gitlab-ci.yml")
        let job = try #require(gitlab["scenarios"] as? [String: Any])
        let scripts = ["before_script", "script"].flatMap { job[$0] as? [String] ?? [] }
        return (steps.compactMap { $0["run"] as? String } + scripts)
            .flatMap { $0.split(separator: "\n").map(String.init) }
    }

    /// As the two services fill in their variables.
    private static func filled(_ command: String) -> [String] {
        let values = [
            ("${{ matrix.shard }}", "1"), ("$CI_NODE_INDEX", "2"), ("$CI_NODE_TOTAL", "2"),
        ]
        let text = values.reduce(command) { $0.replacingOccurrences(of: $1.0, with: $1.1) }
        return text.split(separator: " ").map(String.init)
    }

    /// What the shell does with the exit code is left out.
    private static func runWords(_ command: String) -> [String] {
        Array(filled(command).prefix { $0 != "||" })
    }

    @Test func `a run that is too slow to tell is no red, a failure is`() throws {
        let tool = try Tool()
        defer { tool.remove() }
        let command = try #require(try Self.commands().first { $0.contains("|| test") })
        let rest = command.drop { $0 != "|" }
        for (status, passes) in [(0, true), (1, false), (2, true), (3, false)] {
            let line = "sh -c 'exit \(status)' \(rest)"
            let result = try tool.run(["/bin/bash", "-e", "-c", line])
            #expect((result.status == 0) == passes, "\(line)")
        }
        let gitlab = try Self.document(".gitlab-ci.yml")["scenarios"] as? [String: Any]
        let allowed = gitlab?["allow_failure"] as? [String: [Int]]
        #expect(allowed == ["exit_codes": [2]])
    }

    @Test func `each command of ./dev is one that it knows`() throws {
        let tool = try Tool()
        defer { tool.remove() }
        let help = try tool.run(["\(Tool.root)/dev", "help"]).output
        let words = try Self.commands().filter { $0.hasPrefix("./dev ") }.map { $0.dropFirst(6) }
        #expect(words.count == 4)
        for word in words { #expect(help.contains("\n  \(word) "), "./dev \(word)") }
    }

    @Test func `each run would find its scenarios and understand its options`() throws {
        let tool = try Tool()
        defer { tool.remove() }
        try FileManager.default.createSymbolicLink(
            atPath: "\(tool.directory)/Scenarios", withDestinationPath: "\(Tool.root)/Scenarios")
        var listed: [String] = []
        for command in try Self.commands() where command.contains("sim run") {
            var words = Self.runWords(command)
            #expect(words.first == ".build/release/commy")
            words[0] = "\(tool.products)/commy"
            // The same selection, and no scenario matches: every option is read, nothing is run.
            let dry = try tool.run(words + ["--filter", "no-such-tag"])
            #expect(dry.status == 3)
            #expect(dry.errors.contains("no-such-tag"), "\(dry.errors)")
            let shard = try #require(words.firstIndex(of: "--shard"))
            let list = try tool.run([
                words[0], "sim", "list", words[3], "--shard", words[shard + 1], "--json",
            ])
            #expect(list.status == 0, "\(list.errors)")
            listed += list.output.split(separator: "\n").map(String.init)
        }
        let all = try tool.run(["\(tool.products)/commy", "sim", "list", "Scenarios", "--json"])
        #expect(Set(listed) == Set(all.output.split(separator: "\n").map(String.init)))
    }
}
