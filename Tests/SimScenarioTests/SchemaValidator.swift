import Foundation
import Testing

@testable import SimScenario

/// One JSON text that is held against a part of the schema.
struct SchemaCase {
    var name: String
    /// A JSON pointer into the schema: `#` is all of it.
    var schema: String
    var instance: String
}

/// Runs the validator of the Debian package python3-jsonschema.
enum SchemaValidator {
    private struct Missing: Error, CustomStringConvertible {
        var description: String
    }

    /// The first error of each case, in their order; a list without errors is empty.
    static func errors(of cases: [SchemaCase]) throws -> [[String]] {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "commy-schema-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let list = OrderedJson.list(
            cases.map {
                .object([
                    OrderedJson.Member("schema", .text($0.schema)),
                    OrderedJson.Member("instance", .text($0.instance)),
                ])
            })
        try list.printed().write(
            to: folder.appending(path: "cases.json"), atomically: true, encoding: .utf8)
        try JsonSchema.text.write(
            to: folder.appending(path: "schema.json"), atomically: true, encoding: .utf8)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "-c", program, folder.path]
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        // The answer is one line a case and may be longer than a pipe holds; errors are short.
        let answer = try output.fileHandleForReading.readToEnd() ?? Data()
        let complaint = try errors.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Missing(
                description: """
                    the validator did not run; cure: apt-get install python3-jsonschema \
                    (./dev test does it)
                    \(String(decoding: complaint, as: UTF8.self))
                    """)
        }
        let decoded = try JSONDecoder().decode([[String]].self, from: answer)
        try #require(decoded.count == cases.count)
        return decoded
    }

    private static let program = """
        import json, sys
        import jsonschema
        folder = sys.argv[1]
        schema = json.load(open(folder + "/schema.json"))
        jsonschema.Draft202012Validator.check_schema(schema)
        result = []
        for case in json.load(open(folder + "/cases.json")):
            part = dict(schema)
            if case["schema"] != "#":
                part["$ref"] = case["schema"]
            validator = jsonschema.Draft202012Validator(part)
            errors = validator.iter_errors(json.loads(case["instance"]))
            result.append([error.json_path + ": " + error.message[:300] for error in errors][:3])
        print(json.dumps(result))
        """
}

/// A YAML tree as JSON, by the core schema of YAML 1.2.2 (section 10.3.2).
enum SchemaInstance {
    static func json(of node: YamlNode) -> OrderedJson {
        switch node.content {
        case .null: .literal("null")
        case .scalar(let text, .plain): plain(text)
        case .scalar(let text, .quoted), .scalar(let text, .block): .text(text)
        case .sequence(let items): .list(items.map(json))
        case .mapping(let entries):
            .object(entries.map { OrderedJson.Member($0.key, json(of: $0.value)) })
        }
    }

    private static func plain(_ text: String) -> OrderedJson {
        if ["true", "True", "TRUE"].contains(text) { return .boolean(true) }
        if ["false", "False", "FALSE"].contains(text) { return .boolean(false) }
        if text.wholeMatch(of: /[-+]?[0-9]+/) != nil, let number = Int(text) {
            return .number(number)
        }
        let float = /[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?/
        if text.wholeMatch(of: float) != nil, let number = Double(text) {
            return .literal("\(number)")
        }
        return .text(text)
    }
}
