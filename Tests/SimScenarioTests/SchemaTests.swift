import CommyBase
import Foundation
import SimModel
import Testing

@testable import SimScenario

/// Holds the JSON Schema against the model, by the judgement of a validator that others wrote.
struct SchemaTests {
    @Test func `every key of every table is in the schema with its meaning`() throws {
        let definitions = try #require(JsonSchema.document["$defs"])
        for shape in Language.shapes {
            let definition = try #require(definitions[shape.identifier], "\(shape.title)")
            #expect(definition["title"] == .text(shape.title))
            for key in shape.keys {
                let property = try #require(
                    definition["properties"]?[key.name], "\(shape.title): \(key.name)")
                guard case .text(let description) = property["description"] else {
                    Issue.record("\(shape.title): \(key.name) has no description")
                    continue
                }
                #expect(description.hasPrefix(key.doc), "\(shape.title): \(key.name)")
                if let fallback = key.fallback { #expect(description.contains(fallback)) }
            }
            guard case .object(let properties) = definition["properties"] else { continue }
            #expect(properties.map(\.name) == shape.keys.map(\.name))
        }
    }

    @Test func `two different tables never share a definition`() {
        let all = Language.shapes
        for shape in all {
            for inner in shape.keys.flatMap({ Language.shapes(in: $0.type) }) {
                let known = all.first { $0.identifier == inner.identifier }
                #expect(known?.keys.map(\.name) == inner.keys.map(\.name), "\(inner.title)")
            }
        }
    }

    @Test func `a choice and a company name keys that are there`() {
        for shape in Language.shapes {
            let named = shape.choices.flatMap(\.keys) + shape.keys.flatMap(\.beside)
            for name in named { #expect(shape.key(name) != nil, "\(name) of \(shape.title)") }
        }
    }

    @Test func `every valid scenario validates`() throws {
        let files =
            Fixture.scenarioPaths.map { Fixture.root.appending(path: $0) }
            + Fixture.goodNames.map { Fixture.good.appending(path: "\($0).yaml") }
        try #require(files.count > 8)
        var cases = try files.map { file in
            SchemaCase(
                name: file.lastPathComponent, schema: "#",
                instance: try document(Fixture.text(file), file.path))
        }
        cases.append(
            SchemaCase(
                name: "starter", schema: "#", instance: try document(StarterScenario.text, "")))
        let failures = try SchemaValidator.errors(of: cases)
        for (number, errors) in failures.enumerated() {
            #expect(errors == [], "\(cases[number].name)")
        }
    }

    @Test func `every example of the tables validates`() throws {
        var cases: [SchemaCase] = []
        for shape in Language.shapes {
            let place = "#/$defs/\(shape.identifier)"
            if let example = shape.example {
                cases.append(
                    SchemaCase(
                        name: shape.title, schema: place, instance: try document(example, "")))
            }
            for key in shape.keys {
                cases.append(
                    SchemaCase(
                        name: "\(shape.title): \(key.name)",
                        schema: "\(place)/properties/\(key.name)",
                        instance: try document(key.example, "")))
            }
        }
        let failures = try SchemaValidator.errors(of: cases)
        for (number, errors) in failures.enumerated() {
            #expect(errors == [], "\(cases[number].name)")
        }
    }

    /// A change of a valid scenario that breaks its structure.
    struct Break: Sendable, CustomTestStringConvertible {
        var old: String
        var new: String
        var testDescription: String { new }

        init(_ old: String, _ new: String) {
            self.old = old
            self.new = new
        }
    }

    private static let base = """
        name: x
        seed: 1
        duration: 10s
        topology:
          hosts: [a, b]
          links: [{ between: [a, b], latency: 1ms, loss: 1%, rate: 1mbit }]
        processes:
          p: { on: a, run: x, ready: { tcp: 80 }, restart: never }
        traffic:
          t: { from: a, http: "http://b/", rate: 5/s, payload: 1KiB, method: POST, status: 200 }
        faults:
          - { at: 1s, crash: a }
        expect:
          - { traffic: t, success: ">= 9%" }
        """

    private static let breaks: [Break] = [
        Break("name: x\n", ""), Break("seed: 1", "seed: one"), Break("seed: 1", "seed: -1"),
        Break("seed: 1", "sed: 1"), Break("duration: 10s", "duration: 10"),
        Break("duration: 10s", "duration: 0s"), Break("duration: 10s", "duration: 10 s"),
        Break("duration: 10s", "duration: [10s]"),
        Break("duration: 10s", "duration: 10s\nphases: { a: 1s }"),
        Break("duration: 10s", "phases: [a]"), Break("duration: 10s", "phases: { A: 1s }"),
        Break("seed: 1", "tier: smok"), Break("seed: 1", "tags: { a: b }"),
        Break("seed: 1", "timeout: 0m"), Break("seed: 1", "variables: [a]"),
        Break("seed: 1", "variables: { a: [b] }"), Break("seed: 1", "matrix: { a: b }"),
        Break("seed: 1", "matrix-except: { a: b }"), Break("seed: 1", "include: { a: b }"),
        Break("hosts: [a, b]", "hosts: a"), Break("hosts: [a, b]", "host: [a, b]"),
        Break("hosts: [a, b]", "hosts: { a: { count: 0 } }"),
        Break("hosts: [a, b]", "hosts: { a: { zone: EU } }"),
        Break("hosts: [a, b]", "hosts: { A_b: {} }"), Break("latency: 1ms", "latency: 1sec"),
        Break("latency: 1ms", "latencyy: 1ms"), Break("between: [a, b], ", ""),
        Break("between: [a, b]", "from: a"), Break("between: [a, b]", "between: [a, b], from: a"),
        Break("loss: 1%", "loss: 1percent"), Break("loss: 1%", "loss: { gilbert: {} }"),
        Break("loss: 1%", "loss: 3"), Break("rate: 1mbit", "rate: 1MB"),
        Break("rate: 1mbit", "queue: { limit: 5ms, discipline: red }"),
        Break("on: a, ", ""), Break("run: x", "run: x, shell: y"), Break("run: x, ", ""),
        Break("ready: { tcp: 80 }", "ready: { tcp: 0 }"),
        Break("ready: { tcp: 80 }", "ready: { tcp: 80, delay: 1s }"),
        Break("ready: { tcp: 80 }", "ready: {}"), Break("restart: never", "restart: sometimes"),
        Break("restart: never", "env: { 1A: b }"), Break("restart: never", "files: { ../a: b }"),
        Break("restart: never", "capabilities: [cap_net_raw]"),
        Break("restart: never", "stop: { signal: SIGTERM }"),
        Break("http: \"http://b/\"", "http: \"ftp://b/\""),
        Break("http: \"http://b/\"", "http: \"http://b/\", tcp: \"b:1\""),
        Break("http: \"http://b/\", ", ""), Break("http: \"http://b/\"", "tcp: \"b:1\""),
        Break("http: \"http://b/\"", "udp: b"), Break("rate: 5/s", "rate: 5"),
        Break("rate: 5/s", "rate: { from: 5/s }"), Break("rate: 5/s", "arrival: poison"),
        Break("rate: 5/s", "arrival: { burst: 1 }"), Break("rate: 5/s", "reply: echo"),
        Break("rate: 5/s", "backend: X-Backend"), Break("rate: 5/s", "backend: {}"),
        Break("rate: 5/s", "backend-header: X-Backend"), Break("rate: 5/s", "send: text"),
        Break("rate: 5/s", "headers: { X Y: a }"), Break("payload: 1KiB", "payload: 1KB"),
        Break("method: POST", "method: \"PO ST\""), Break("status: 200", "status: 6xx"),
        Break("rate: 5/s", "phase: p, start: 1s"), Break("crash: a", "crash: a, pause: a"),
        Break(", crash: a", ""), Break("at: 1s", "at: 1s, in: p, when: { begins: x }"),
        Break("at: 1s", "at: 1s, delay: 1s"), Break("at: 1s", "when: { log: x, ready: p }"),
        Break("at: 1s", "when: { begins: x, process: p }"), Break("at: 1s", "when: {}"),
        Break("at: 1s", "when: { log: x, count: 0 }"), Break("crash: a", "reset: {}"),
        Break("crash: a", "bufferbloat: { host: a }"), Break("crash: a", "clock: { offset: 5s }"),
        Break("crash: a", "clock: { host: a, offset: 5 }"),
        Break("crash: a", "clock: { host: a, drift: 5 }"),
        Break("crash: a", "clock: { host: a, process: p, drift: 5ppm }"),
        Break("crash: a", "cpu: { host: a, share: 0.5 }"), Break("crash: a", "memory: { host: a }"),
        Break("crash: a", "open-files: { host: a, left: few }"),
        Break("crash: a", "full-disk: { left: 0B }"), Break("crash: a", "exec: { on: a }"),
        Break("crash: a", "exec: { on: a, run: x, heal: y, heal-shell: z }"),
        Break("crash: a", "mtu-black-hole: { host: a, above: big }"),
        Break("success: \">= 9%\"", "success: \"9\""), Break("success: \">= 9%\"", "p99: 5ms"),
        Break("success: \">= 9%\"", "pp: \"<= 5ms\""),
        Break("success: \">= 9%\"", "success: \">= 9%\", max: \"<= 1s\""),
        Break("traffic: t, success: \">= 9%\"", "success: \">= 9%\""),
        Break("traffic: t, success: \">= 9%\"", "process: p, exit: KILL"),
        Break("traffic: t, success: \">= 9%\"", "memory: \"<= 1MiB\""),
        Break("traffic: t, success: \">= 9%\"", "process: p, cpu: \"<= 50\""),
        Break("traffic: t, success: \">= 9%\"", "lost: few"),
        Break("traffic: t, success: \">= 9%\"", "never: panic"),
        Break("traffic: t, success: \">= 9%\"", "within: 5s, never: { log: x }"),
        Break("success: \">= 9%\"", "success: \">= 9%\", share: \"1%\""),
        Break("success: \">= 9%\"", "success: \">= 9%\", grace: 1s"),
        Break("success: \">= 9%\"", "success: \">= 9%\", during: a, after: b"),
        Break("success: \">= 9%\"", "throughput: \">= 9\""),
        Break("crash: a", "power-loss: [a]"), Break("crash: a", "certificate: { is: odd }"),
        Break("crash: a", "certificate: { on: a }"), Break("crash: a", "trust: { step: skip }"),
        Break("crash: a", "cut: { host: a, family: ipv5 }"),
        Break("at: 1s", "when: { becomes: { member: ded } }"),
        Break("at: 1s", "when: { becomes: { member: dead, link: up } }"),
        Break("at: 1s", "when: { event: { peer: b } }"),
        Break("traffic: t, success: \">= 9%\"", "members: few"),
        Break("traffic: t, success: \">= 9%\"", "members: { a: odd }"),
        Break("traffic: t, success: \">= 9%\"", "converges: soon"),
        Break("success: \">= 9%\"", "transport: udp"),
    ]

    @Test func `what breaks the structure does not validate, and the reader refuses it too`() throws
    {
        var cases = [
            SchemaCase(name: "base", schema: "#", instance: try document(Self.base, "base"))
        ]
        for change in Self.breaks {
            try #require(Self.base.contains(change.old), "\(change.old)")
            let text = Self.base.replacing(change.old, with: change.new)
            cases.append(
                SchemaCase(
                    name: change.new, schema: "#", instance: try document(text, change.new)))
            let outcome = ScenarioReader.read(text: text, file: "broken.yaml")
            #expect(outcome.scenarios.isEmpty, "the reader takes \(change.new)")
        }
        #expect(ScenarioReader.read(text: Self.base, file: "base.yaml").scenario != nil)
        let failures = try SchemaValidator.errors(of: cases)
        #expect(failures.first == [])
        for (number, errors) in failures.enumerated().dropFirst() {
            #expect(errors != [], "the schema takes \(cases[number].name)")
        }
    }

    /// The YAML text as the validator sees it.
    private func document(_ text: String, _ name: String) throws -> String {
        let sink = DiagnosticSink(file: name, source: SourceText(text))
        let root = try #require(YamlLoader.load(text, into: sink), "\(name): \(text)")
        #expect(sink.inFileOrder.map(\.description) == [], "\(text)")
        return SchemaInstance.json(of: root).printed()
    }
}
