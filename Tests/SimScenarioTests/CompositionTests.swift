import CommyBase
import Foundation
import SimModel
import Testing

@testable import SimScenario

struct CompositionTests {
    private func read(_ name: String, _ settings: [Setting] = []) -> ScenarioReader.Outcome {
        ScenarioReader.read(
            path: Fixture.good.appending(path: "\(name).yaml").path, settings: settings)
    }

    @Test func `parts are united, joined and overridden`() throws {
        let scenario = try #require(read("includes").scenario)
        #expect(scenario.name == "a scenario of parts")
        #expect(scenario.why == "The second part is the later one.")
        #expect(scenario.seed == 5)
        #expect(scenario.tags == ["shared", "second", "own"])
        #expect(scenario.duration == .seconds(6))
        #expect(scenario.topology.mtu == 1_400)
        #expect(scenario.topology.hosts.map(\.name) == ["client", "web", "extra"])
        let latencies = scenario.topology.links.map(\.conditions.latency)
        #expect(latencies == [.milliseconds(1), .milliseconds(9)])
        #expect(scenario.traffic.first?.arrival.ratePerSecond == 50)
        #expect(
            scenario.expectations.map(\.text) == ["visits: p50 <= 1s", "visits: success >= 10%"])
        #expect(scenario.expectations.map(\.line) == [11, 12])
        #expect(scenario.settings.isEmpty)
    }

    @Test func `variables are replaced wherever a value holds them`() throws {
        let scenario = try #require(read("variables").scenario)
        #expect(scenario.name == "rate 200/s on web")
        let process = try #require(scenario.processes.first)
        #expect(process.command == .shell("echo $((1+1)) \"((x))\" "))
        #expect(scenario.traffic.first?.arrival.ratePerSecond == 200)
        let set = read("variables", [Setting(name: "rate", value: "7/s")])
        #expect(set.scenario?.traffic.first?.arrival.ratePerSecond == 7)
        #expect(set.scenario?.settings == [Setting(name: "rate", value: "7/s")])
        #expect(set.scenario?.name == "rate 7/s on web")
    }

    @Test func `a matrix makes one scenario of each combination, the first axis slowest`() {
        let scenarios = read("matrix").scenarios
        #expect(
            scenarios.map(\.title) == [
                "queues [loss=0%, queue=drop-tail]", "queues [loss=0%, queue=codel]",
                "queues [loss=0%, queue=pie]", "queues [loss=1%, queue=drop-tail]",
                "queues [loss=1%, queue=codel]",
            ])
        #expect(read("matrix").scenario == nil)
        let losses = scenarios.map { $0.topology.links[0].conditions.loss }
        #expect(losses[0] == Loss.none && losses[4] == .bernoulli(0.01))
        let axes = [Setting(name: "loss", value: "1%"), Setting(name: "queue", value: "codel")]
        #expect(scenarios[4].settings == axes)
    }

    @Test func `a setting pins an axis, also to a value that is not in its list`() throws {
        let pinned = read(
            "matrix",
            [Setting(name: "loss", value: "2%"), Setting(name: "latency", value: "20ms")])
        #expect(
            pinned.scenarios.map(\.title) == [
                "queues [loss=2%, queue=drop-tail, latency=20ms]",
                "queues [loss=2%, queue=codel, latency=20ms]",
                "queues [loss=2%, queue=pie, latency=20ms]",
            ])
        let first = try #require(pinned.scenarios.first)
        #expect(first.settings.map(\.name) == ["loss", "queue", "latency"])
        #expect(first.topology.links[0].conditions.latency == .milliseconds(20))
    }

    @Test func `setting an unknown variable is an error with the nearest name`() {
        let outcome = read("matrix", [Setting(name: "los", value: "2%")])
        #expect(
            outcome.diagnostics.map(\.message) == ["there is no variable 'los' to set"])
        #expect(outcome.diagnostics.first?.suggestion == "loss")
    }

    @Test func `a pinned axis that is excepted leaves no combination`() {
        let settings = [
            Setting(name: "loss", value: "1%"), Setting(name: "queue", value: "pie"),
        ]
        let outcome = read("matrix", settings)
        #expect(outcome.diagnostics.map(\.message) == ["the matrix has no combinations"])
    }

    /// A text and the variables in it.
    struct Text: Sendable, CustomTestStringConvertible {
        var text: String
        var names: [String]
        var testDescription: String { text }
    }

    @Test(arguments: [
        Text(text: "((a))", names: ["a"]), Text(text: "x((a))y((b-1.c))", names: ["a", "b-1.c"]),
        Text(text: "$((a))", names: []), Text(text: "$(((a)))", names: []),
        Text(text: "(((a)))", names: ["a"]), Text(text: "((a)", names: []),
        Text(text: "((A))", names: []), Text(text: "(( a ))", names: []),
        Text(text: "((a|b))", names: []), Text(text: "(())", names: []),
        Text(text: "((a))((a))", names: ["a", "a"]), Text(text: "((((a))))", names: ["a"]),
        Text(text: "$((1+((a))))", names: ["a"]), Text(text: "((", names: []),
    ])
    func `a variable is a name in two brackets, and nothing else is`(text: Text) {
        let uses = VariableText.uses(in: Array(text.text.unicodeScalars))
        #expect(uses.map(\.name) == text.names)
        let replaced = VariableText.replaced(text.text) { _ in "" }
        #expect((replaced == nil) == text.names.isEmpty)
    }
}
