import Foundation
import LiveNode
import Testing

/// `commy node`, `services`, `members`, `links`, `top`, `call`, `send` and `explain route` against
/// a real node with a real service.
@Suite struct NodeSuite {
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    private func commy(_ words: String...) throws -> Tool.Result { try commy(words) }

    private func commy(_ words: [String]) throws -> Tool.Result {
        let tool = try Tool()
        defer { tool.remove() }
        return try tool.run(
            ["\(tool.products)/commy"] + words + ["--run-dir", folder.path])
    }

    private func serve(_ words: String...) throws -> LineProcess {
        var service = try LineProcess(
            "commy-workload",
            ["serve", "--run-dir", folder.path, "--node", "here", "--service", "orders"]
                + ["--events", "--as", "web"] + words)
        _ = try service.line(beginning: "@commy serving")
        return service
    }

    /// The columns of a table's lines, which two spaces or more keep apart.
    private func cells(_ text: String) -> [[String]] {
        text.split(separator: "\n").map { line in
            line.components(separatedBy: "  ").map { $0.trimmingCharacters(in: .whitespaces) }
                .filter { !$0.isEmpty }
        }
    }

    @Test func `without a node every command says how to start one`() throws {
        for words in [["node"], ["services"], ["members"], ["links"], ["top"], ["call", "orders"]] {
            let result = try commy(words)
            #expect(result.status == 3)
            #expect(result.output == "")
            #expect(result.errors.contains("no node runs in \(folder.path)"))
            #expect(result.errors.contains("commyd --dev"))
        }
    }

    @Test func `a node and its members are shown`() throws {
        let node = try LiveNode(in: folder)
        let shown = try commy("node")
        #expect(shown.status == 0)
        let pairs = cells(shown.output)
        #expect(pairs.first == ["node", "here"])
        #expect(pairs.contains(["mesh", "dev"]))
        #expect(pairs.contains(["members", "1, 1 of them alive"]))
        #expect(pairs.contains(["state", "running"]))
        let members = cells(try commy("members").output)
        #expect(members.first == ["node", "state", "zone", "addresses", "incarnation"])
        #expect(members.last?.prefix(2) == ["here (this one)", "alive"])
        #expect(try commy("links").output == "No links: the node is alone.\n")
        withExtendedLifetime(node) {}
    }

    @Test func `of several nodes one has to be named`() throws {
        let (here, there) = (
            try LiveNode(in: folder, events: true), try LiveNode("there", in: folder)
        )
        let unnamed = try commy("node")
        #expect(unnamed.status == 3)
        #expect(unnamed.errors.contains("name one of here, there"))
        #expect(cells(try commy("node", "--node", "there").output).first == ["node", "there"])
        // Both know each other, by a link.
        try here.event("joined peer=there")
        let links = cells(try commy("links", "--node", "here").output)
        #expect(links.count == 2)
        #expect(links.last?.prefix(3) == ["there", "*", "up"])
        withExtendedLifetime((here, there)) {}
    }

    @Test func `a service is listed, explained and called`() throws {
        let node = try LiveNode(in: folder)
        #expect(try commy("services").output == "No services yet.\n")
        let service = try serve("--label", "tier=gold")
        let services = cells(try commy("services").output)
        #expect(services.count == 2)
        #expect(services[0].first == "service")
        #expect(
            services[1].prefix(7) == ["orders", "here", "-", "up", "ready", "100", "tier=gold"])

        let route = try commy("explain", "route", "orders")
        #expect(route.output.hasPrefix("A call of 'orders' would go to here (rule: local).\n"))
        #expect(route.output.contains("chosen: local"))
        #expect(
            try commy("explain", "route", "nothing").output
                == "A call of 'nothing' would fail: noSuchService (nobody serves it).\n")
        let silver = try commy("explain", "route", "orders", "--require", "tier=silver")
        #expect(silver.output.contains("capabilityMismatch"))
        #expect(try commy("call", "orders", "", "1", "--require", "tier=silver").status == 1)
        #expect(
            try commy("call", "orders", "", "1", "--require", "tier=gold", "--require", "tier")
                .output == "1\n")
        #expect(
            try commy("services", "--dependencies", "orders").output
                == "'orders' has all that it needs.\n")

        let answer = try commy("call", "orders", "place", #"{"item":7}"#)
        #expect(answer.status == 0)
        #expect(answer.output == "{\"item\":7}\n")
        let packed = try commy("call", "orders", "", "[1,2]", "--format", "messagepack", "--json")
        let object = try JSONSerialization.jsonObject(with: Data(packed.output.utf8))
        let fields = try #require(object as? [String: Any])
        #expect(fields["outcome"] as? String == "ok")
        #expect(fields["format"] as? String == "messagepack")
        #expect(fields["body"] as? String == "[1,2]")
        #expect(fields["metadata"] as? [String] == ["served-by=web"])
        #expect(try commy("send", "orders", "", "x", "--acknowledged").status == 0)

        let top = cells(try commy("top").output)
        #expect(top[0].prefix(2) == ["kind", "who"])
        #expect(top.contains { $0.prefix(1) == ["session"] && $0[1].hasPrefix("commy-workload") })
        withExtendedLifetime((node)) {}
        withExtendedLifetime(service) {}
    }

    @Test func `json is one object a line`() throws {
        let node = try LiveNode(in: folder)
        let service = try serve()
        for words in [
            ["node"], ["services"], ["members"], ["top"], ["explain", "route", "orders"],
            ["services", "--dependencies", "orders"],
        ] {
            let result = try commy(words + ["--json"])
            #expect(result.status == 0)
            let lines = result.output.split(separator: "\n")
            #expect(!lines.isEmpty)
            for line in lines {
                let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
                #expect(object is [String: Any])
            }
        }
        withExtendedLifetime(node) {}
        withExtendedLifetime(service) {}
    }

    @Test func `a call that fails says why and what to do`() throws {
        let node = try LiveNode(in: folder)
        let nobody = try commy("call", "orders")
        #expect(nobody.status == 1)
        #expect(nobody.errors.contains("Error: noSuchService (2001)"))
        #expect(nobody.errors.contains("Cure:  Check the name, or start the service."))
        let service = try serve("--handler", "fail")
        let failed = try commy("call", "orders")
        #expect(failed.status == 1)
        #expect(failed.output == "")
        #expect(failed.errors.contains("Error: applicationError (9002): web"))
        let json = try commy("call", "orders", "--json")
        #expect(json.status == 1)
        #expect(json.output.contains(#""code":"applicationError""#))
        withExtendedLifetime(node) {}
        withExtendedLifetime(service) {}
    }

    @Test(arguments: [
        (["call", "Orders"], "'Orders' is no service's name"),
        (["call", "orders", "a b"], "'a b' is no method"),
        (["call", "orders", "--deadline", "soon"], "--deadline 'soon': a time such as"),
        (["call", "orders", "--priority", "9"], "--priority 9: 0 to 7"),
        (["call", "orders", "", "x", "--format", "json"], "has to be JSON, and is not"),
        (["call", "orders", "--format", "xml"], "--format 'xml': one of opaque, json"),
        (["call", "orders", "--metadata", "colour"], "--metadata 'colour': key=text"),
        (["call", "orders", "--traceparent", "00-1-2-3"], "--traceparent '00-1-2-3'"),
        (["call", "orders", "--tracestate", "a=b"], "--tracestate 'a=b'"),
        (["call", "orders", "--correlation", "12"], "--correlation '12': 32 hex digits"),
        (["call", "orders", "--require", "version=x"], "require.version 'x'"),
        (["call", "orders", "--metadata", "require.zone=eu//a"], "require.zone 'eu//a'"),
        (["explain", "route", "orders", "--require", "zone=eu//a"], "require.zone 'eu//a'"),
        (["services", "--dependencies", "no name"], "--dependencies 'no name'"),
        (["explain", "route", "no name"], "'no name' is no service's name"),
        (["top", "--every", "0"], "--every is 0.0"),
    ])
    func `wrong words are named`(_ words: [String], _ complaint: String) throws {
        let result = try commy(words)
        #expect(result.status == 64)
        #expect(result.errors.contains(complaint))
    }
}
