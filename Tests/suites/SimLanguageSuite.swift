import Foundation
import Testing

/// `commy sim init`, `commy sim schema` and `commy sim validate` as a user calls them.
struct SimLanguageSuite {
    @Test func `init writes a scenario that validates, and never overwrites one`() throws {
        let tool = try Tool()
        defer { tool.remove() }
        let first = try tool.commy("sim", "init", "first.yaml")
        #expect(first.status == 0, "\(first.errors)")
        let text = tool.read("first.yaml")
        let valid = try tool.commy("sim", "validate", "first.yaml")
        #expect(valid.status == 0, "\(valid.errors)")
        #expect(valid.output.contains("a paused server is noticed"))
        let second = try tool.commy("sim", "init", "first.yaml")
        #expect(second.status == 3)
        #expect(second.errors.contains("'first.yaml' exists already"))
        #expect(tool.read("first.yaml") == text)
        #expect(try tool.commy("sim", "init", "no-folder/first.yaml").status == 3)
    }

    @Test func `schema prints one JSON object, and the reference page on request`() throws {
        let tool = try Tool()
        defer { tool.remove() }
        let schema = try tool.commy("sim", "schema")
        let object = try JSONSerialization.jsonObject(with: Data(schema.output.utf8))
        let members = try #require(object as? [String: Any])
        #expect(members["$schema"] as? String == "https://json-schema.org/draft/2020-12/schema")
        let page = try tool.commy("sim", "schema", "--reference")
        let path = "\(Tool.root)/Scenarios/REFERENCE.md"
        #expect(try page.output == String(contentsOfFile: path, encoding: .utf8))
    }

    @Test func `validate shows the line of an included file, and who includes it`() throws {
        let tool = try Tool()
        defer { tool.remove() }
        try tool.write("part.yaml", "topology:\n  hosts: [a]\n  mtuu: 1400\n")
        try tool.write("case.yaml", "name: case\ninclude: part.yaml\n")
        let result = try tool.commy("sim", "validate", "case.yaml")
        #expect(result.status == 3)
        let wanted = """
            part.yaml:3:3: error: unknown key 'mtuu' in the topology; did you mean 'mtu'?
                3 |   mtuu: 1400
                  |   ^~~~
                  = expected: one of mtu, offload, hosts, routers, links
                  = included from case.yaml:2

            """
        #expect(result.errors.contains(wanted), "\(result.errors)")
    }

    @Test func `a file with a matrix is as many scenarios as it has combinations`() throws {
        let tool = try Tool()
        defer { tool.remove() }
        try tool.write(
            "case.yaml", "name: case ((a))\nmatrix: { a: [1, 2] }\ntopology: { hosts: [a] }\n")
        let result = try tool.commy("sim", "validate", "case.yaml")
        #expect(result.status == 0)
        #expect(result.output.contains("case.yaml: valid: case 1 [a=1]"))
        #expect(result.output.contains("case.yaml: valid: case 2 [a=2]"))
    }
}
