import SimModel
import Testing

struct MeshSpecTests {
    private func mesh(_ change: (inout MeshSpec) -> Void = { _ in }) -> MeshSpec {
        var mesh = MeshSpec(nodes: ["a", "b", "c"])
        change(&mesh)
        return mesh
    }

    @Test func `a node is told who it is, whom it knows, and where its identity lies`() {
        let words = mesh { $0.name = "shop" }.words(on: "b", zone: ["eu", "a"])
        #expect(
            words == [
                "{{commyd}}", "--name", "b", "--mesh", "shop", "--listen", "{{address}}:7400",
                "--join", "{{address:a}}:7400", "--join", "{{address:c}}:7400", "--certificate",
                "/run/commy/mesh/node.pem", "--key", "/run/commy/mesh/node.key", "--trust",
                "/run/commy/mesh/trust.pem", "--run-dir", "/run/commy/mesh", "--zone", "eu/a",
                "--events",
            ])
    }

    @Test func `with both paths a node listens twice and knows both addresses of others`() {
        let words = mesh {
            $0.paths = .both
            $0.join = .hosts(["a", "b"])
        }.words(on: "b", zone: [])
        let addresses = zip(words, words.dropFirst()).filter {
            ["--listen", "--join"].contains($0.0)
        }
        #expect(
            addresses.map { "\($0.0) \($0.1)" } == [
                "--listen {{address}}:7400", "--listen [{{address6}}]:7400",
                "--join {{address:a}}:7400", "--join [{{address6:a}}]:7400",
            ])
    }

    @Test func `in a chain each knows the one before it`() {
        let chain = mesh { $0.join = .chain }
        #expect(chain.joined(by: "a") == [])
        #expect(chain.joined(by: "c") == ["b"])
    }

    @Test func `limits and arguments are passed on`() {
        let words = mesh {
            $0.limits = [NamedText(name: "probe-interval", value: "200ms")]
            $0.arguments = ["--verbose"]
            $0.program = ["my-node", "run"]
        }.words(on: "a", zone: [])
        #expect(words.prefix(2) == ["my-node", "run"])
        #expect(words.suffix(4) == ["--limit", "probe-interval=200ms", "--events", "--verbose"])
    }

    @Test func `instances are called like their service and answer as their host`() {
        var service = ServiceSpec(name: "orders", hosts: ["a", "b"])
        #expect(service.processNames == ["orders"])
        #expect(service.label(of: 1, on: "a") == "a")
        service.instances = 2
        #expect(service.processNames == ["orders-1", "orders-2"])
        #expect(service.label(of: 2, on: "a") == "a/2")
        service.work = .milliseconds(3)
        service.labels = [NamedText(name: "version", value: "v2")]
        #expect(
            service.words(number: 2) == [
                "{{commy-workload}}", "serve", "--run-dir", "/run/commy/mesh", "--node",
                "{{host}}", "--service", "orders", "--as", "{{host}}/2", "--handler", "echo",
                "--work-ns", "3000000", "--label", "version=v2", "--events",
            ])
    }
}
