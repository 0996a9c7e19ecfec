import Foundation
import SimScenario
import Testing

struct BrokenScenarioTests {
    @Test(arguments: Fixture.brokenNames)
    func `a broken scenario gives exactly the diagnostics on record`(name: String) throws {
        let source = try Fixture.text(Fixture.broken.appending(path: "\(name).yaml"))
        let outcome = ScenarioReader.read(
            text: source, file: "\(name).yaml", directory: Fixture.broken.path)
        let rendered = ScenarioReader.rendered(outcome.diagnostics)
        #expect(!outcome.diagnostics.isEmpty)
        let golden = Fixture.broken.appending(path: "\(name).expected")
        if Fixture.isUpdating {
            try rendered.write(to: golden, atomically: true, encoding: .utf8)
        } else {
            #expect(try rendered == Fixture.text(golden))
        }
    }

    @Test func `there are at least a hundred broken scenarios on record`() {
        #expect(Fixture.brokenNames.count >= 100)
    }
}

struct ScenarioFilesTests {
    @Test(arguments: Fixture.scenarioPaths)
    func `a scenario of the repository reads without a diagnostic`(path: String) {
        let outcome = ScenarioReader.read(path: Fixture.root.appending(path: path).path)
        #expect(outcome.diagnostics.map(\.description) == [])
    }
}
