import CommyBase
import Foundation
import SimScenario
import Testing

struct MutationTests {
    private static let pieces = [
        "[", "]", "{", "}", ":", ": ", "- ", ",", "\"", "'", "|", ">", "&a ", "*a", "<<: *a\n", "#",
        "\n", "\n  ", "\t", "%", "!", "? ", "---\n", "...\n", "0", "-1", "999999999999999999999",
        "{{", "}}", "{{x}}", "\u{0}", "\u{85}", "é", "\u{1f600}", "null", "~", "1e9", "any",
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

    @Test func `two thousand mutations each give a scenario or diagnostics inside the file`() throws
    {
        let sources = try Fixture.scenarioPaths.map {
            try Array(Fixture.text(Fixture.root.appending(path: $0)).unicodeScalars)
        }
        try #require(!sources.isEmpty)
        var broken = 0
        for number in 0..<2_000 {
            let text = mutated(sources[number % sources.count], number: UInt64(number))
            let outcome = ScenarioReader.read(text: text, file: "mutated.yaml")
            guard outcome.scenario == nil else { continue }
            broken += 1
            #expect(!outcome.diagnostics.isEmpty, "mutation \(number)")
            let lines = text.unicodeScalars.split(omittingEmptySubsequences: false) {
                $0 == "\n" || $0 == "\u{85}"
            }
            for diagnostic in outcome.diagnostics {
                let isInside =
                    (1...lines.count).contains(diagnostic.line) && diagnostic.column >= 1
                    && diagnostic.column <= lines[diagnostic.line - 1].count + 1
                #expect(isInside, "mutation \(number): \(diagnostic)")
                #expect(!diagnostic.rendered().isEmpty)
            }
        }
        // Most edits hit something that matters; else the reader would not be strict.
        #expect(broken > 1_000)
    }
}
