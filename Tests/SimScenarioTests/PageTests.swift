import Foundation
import SimModel
import SimScenario
import Testing

/// Keeps the examples of Scenarios/README.md true.
struct PageTests {
    private static let blocks: [String] = {
        let page = Fixture.scenarios.appending(path: "README.md")
        let parts = ((try? Fixture.text(page)) ?? "").components(separatedBy: "```yaml\n")
        return parts.dropFirst().compactMap { $0.components(separatedBy: "```").first }
    }()

    /// What an example that is only a part of a scenario may refer to.
    private static let sections = [
        ("name", "name: part\n"),
        ("topology", "topology: { hosts: { client: ~, proxy: ~, db: ~, web: { count: 3 } } }\n"),
        (
            "processes",
            """
            processes:
              nginx: { on: web, run: nginx }
              haproxy: { on: proxy, run: haproxy }
              etcd: { on: db, run: etcd, restart: on-failure }

            """
        ),
        (
            "traffic",
            """
            traffic:
              checkout: { from: client, http: "http://proxy/", backend: { header: X-Backend } }
              pings: { from: client, udp: "db:9000" }

            """
        ),
    ]

    @Test func `the page has an example of each section`() {
        #expect(Self.blocks.count >= 9)
        for section in ["phases", "topology", "processes", "traffic", "faults", "expect", "matrix"]
        {
            #expect(Self.blocks.contains { $0.contains("\(section):\n") }, "\(section)")
        }
    }

    @Test(arguments: Self.blocks)
    func `an example of the page reads without a diagnostic`(block: String) {
        var text = block
        for (key, section) in Self.sections
        where !block.hasPrefix("\(key):") && !block.contains("\n\(key):") {
            // What services are there stand for themselves, on hosts of their own.
            if key == "processes", block.contains("services:") { continue }
            text += section
        }
        let outcome = ScenarioReader.read(text: text, file: "README.md")
        #expect(outcome.diagnostics.map(\.description) == [])
        #expect(!outcome.scenarios.isEmpty)
    }
}
