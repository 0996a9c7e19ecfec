import CommyBase
import Foundation
import SimScenario
import Testing

struct MutationTests {
    private static let pieces = [
        "[", "]", "{", "}", ":", ": ", "- ", ",", "\"", "'", "|", ">", "&a ", "*a", "<<: *a\n", "#",
        "\n", "\n  ", "\t", "%", "!", "? ", "---\n", "...\n", "0", "-1", "999999999999999999999",
        "{{", "}}", "{{x}}", "\u{0}", "\u{85}", "é", "\u{1f600}", "null", "~", "1e9", "any",
        "((", "))", "((rate))", "$((", "/(/", "/[a-/", "(", ")", "include: x\n", "phases: {}\n",
        "matrix: { a: [1, 2] }\n", "when: ", "in: ", "no fault", "2xx", "-5s", "200ppm", "echo",
        "<= ", ">= 0", "0%", "/etc/passwd", ", when: { log: x }", ", process: p", "count: 0",
    ]

    /// One to four edits: delete a stretch, put a piece in, repeat a stretch, cut the end off.
    private func mutated(_ original: [Unicode.Scalar], number: UInt64) -> String {
        var stream = RandomStream(key: RandomKey(seed: 7).labelled("mutations").numbered(number))
        var text = original
        for _ in 0...Int.random(in: 0..<4, using: &stream) where !text.isEmpty {
            let place = Int.random(in: 0..<text.count, using: &stream)
            let end = min(text.count, place + Int.random(in: 1...20, using: &stream))
            switch Int.random(in: 0..<8, using: &stream) {
            case 0, 1: text.removeSubrange(place..<end)
            case 2: text.insert(contentsOf: text[place..<end], at: place)
            case 3 where number.isMultiple(of: 5): text.removeSubrange(end...)
            default:
                let piece = Self.pieces[Int.random(in: 0..<Self.pieces.count, using: &stream)]
                text.insert(contentsOf: Array(piece.unicodeScalars), at: place)
            }
        }
        var view = String.UnicodeScalarView()
        view.append(contentsOf: text)
        return String(view)
    }

    private static let sources: [[Unicode.Scalar]] = {
        let files =
            Fixture.scenarioPaths.map { Fixture.root.appending(path: $0) }
            + Fixture.goodNames.map { Fixture.good.appending(path: "\($0).yaml") }
        return files.compactMap { try? Array(Fixture.text($0).unicodeScalars) }
    }()

    @Test(arguments: 0..<10)
    func `mutations each give scenarios or diagnostics inside their file`(batch: Int) throws {
        let sources = Self.sources
        try #require(sources.count > 8)
        var broken = 0
        for number in (batch * 400)..<((batch + 1) * 400) {
            let text = mutated(sources[number % sources.count], number: UInt64(number))
            let outcome = ScenarioReader.read(
                text: text, file: "mutated.yaml", directory: Fixture.good.path)
            guard outcome.scenarios.isEmpty else { continue }
            broken += 1
            #expect(!outcome.diagnostics.isEmpty, "mutation \(number)")
            let lines = text.unicodeScalars.split(omittingEmptySubsequences: false) {
                $0 == "\n" || $0 == "\u{85}"
            }
            for diagnostic in outcome.diagnostics where diagnostic.file == "mutated.yaml" {
                let isInside =
                    (1...lines.count).contains(diagnostic.line) && diagnostic.column >= 1
                    && diagnostic.column <= lines[diagnostic.line - 1].count + 1
                #expect(isInside, "mutation \(number): \(diagnostic)")
                #expect(!diagnostic.rendered().isEmpty)
            }
        }
        // Most edits hit something that matters; else the reader would not be strict.
        #expect(broken > 200)
    }
}
