import Foundation
import SimModel
import Testing

@testable import SimScenario

struct ReferenceTests {
    @Test func `the reference page is the one that the tables give`() throws {
        let page = Fixture.scenarios.appending(path: "REFERENCE.md")
        if Fixture.isUpdating {
            try LanguageReference.markdown.write(to: page, atomically: true, encoding: .utf8)
        } else {
            #expect(try Fixture.text(page) == LanguageReference.markdown)
        }
    }

    @Test func `the reference page has every word, and links that lead somewhere`() {
        let page = LanguageReference.markdown
        for shape in Language.shapes {
            #expect(page.contains("## \(shape.identifier)\n"))
            for key in shape.keys { #expect(page.contains("`\(key.name)`"), "\(key.name)") }
        }
        let headings = Set(page.split(separator: "\n").filter { $0.hasPrefix("## ") })
        for link in page.matches(of: /\]\(#([a-z0-9-]+)\)/) {
            #expect(headings.contains("## \(link.1)"), "\(link.1)")
        }
    }

    @Test func `every meaning is a sentence or a phrase that ends`() {
        for shape in Language.shapes {
            for key in shape.keys {
                #expect(key.doc.hasSuffix("."), "\(shape.title): \(key.name)")
                #expect(!key.doc.contains("  "), "\(shape.title): \(key.name)")
            }
        }
    }

    @Test func `the first scenario is valid and uses what it teaches`() throws {
        let outcome = ScenarioReader.read(text: StarterScenario.text, file: "scenario.yaml")
        #expect(outcome.diagnostics.map(\.description) == [])
        let scenario = try #require(outcome.scenario)
        #expect(scenario.phases.map(\.name) == ["warm-up", "steady", "fault", "recovery"])
        #expect(scenario.faults.first?.lasts == .seconds(2))
        #expect(scenario.expectations.count == 4)
        #expect(scenario.requires == [Requirement(program: "python3", package: "python3")])
    }
}
