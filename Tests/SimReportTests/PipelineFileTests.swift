import Foundation
import Testing

/// The pipeline files of this repository, held against the schemas that their services publish.
struct PipelineFileTests {
    @Test(arguments: [
        (".github/workflows/scenarios.yml", ["--builtin-schema", "vendor.github-workflows"]),
        (
            ".gitlab-ci.yml",
            ["--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci"]
        ),
    ])
    func `a pipeline file is one to its service`(path: String, options: [String]) throws {
        let python = try PythonTools.python()
        let file = Snapshot.root.appending(path: path)
        let right = try ToolProcess.run(
            python, ["-m", "check_jsonschema"] + options + [file.path], within: 60)
        #expect(right.status == 0, "\(right.output)")
        // The check can fail: a step or a script of another type is refused.
        let text = try String(contentsOf: file, encoding: .utf8)
        let broken = URL.temporaryDirectory.appending(path: "\(UUID().uuidString).yml")
        defer { try? FileManager.default.removeItem(at: broken) }
        try text.replacing("    steps:\n", with: "    stepz:\n")
            .replacing("  stage: scenarios\n", with: "  stage: [1]\n")
            .write(to: broken, atomically: true, encoding: .utf8)
        let wrong = try ToolProcess.run(
            python, ["-m", "check_jsonschema"] + options + [broken.path], within: 60)
        #expect(wrong.status != 0)
    }
}
