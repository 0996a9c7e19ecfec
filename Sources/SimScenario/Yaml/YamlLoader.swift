import Foundation
import Synchronization
import Yams

/// Turns the text of a file into `YamlNode`s with positions, within the limits.
///
/// Yams composes the tree; what it leaves open is done here: bounded depth and alias expansion,
/// merge keys, repeated keys with the places of both, and errors in the reader's own words.
enum YamlLoader {
    /// The root of the file with this number, or nil after a diagnostic.
    static func load(_ text: String, file: Int = 0, into sink: DiagnosticSink) -> YamlNode? {
        let start = SourcePosition.start(of: file)
        guard text.utf8.count <= Limits.fileBytes else {
            let found = "the file has \(text.utf8.count) bytes"
            sink.report(found, at: start, expected: "at most \(Limits.fileBytes) bytes")
            return nil
        }
        guard openings(of: text) <= Limits.openings else {
            sink.report(
                "the file has more than \(Limits.openings) opening brackets", at: start,
                expected: "a scenario, which has far fewer")
            return nil
        }
        switch composed(text, file: file) {
        case .tree(let root, let problems):
            for problem in problems { report(problem, file, into: sink) }
            return root
        case .failed(let problem):
            report(problem, file, into: sink)
            return nil
        }
    }

    private static func report(_ problem: YamlProblem, _ file: Int, into sink: DiagnosticSink) {
        var position = problem.position
        position.file = file
        sink.report(
            problem.message, at: position, width: problem.width,
            expected: problem.expected)
    }

    /// An upper bound of the nesting that the text can cause, but for indentation, whose depth is
    /// bounded by the square root of the file's size.
    private static func openings(of text: String) -> Int {
        var count = 0
        var isLineStart = true
        var indicators = 0
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                count += 1
                isLineStart = false
            case UInt8(ascii: "-"), UInt8(ascii: "?"):
                if isLineStart {
                    indicators += 1
                    // The first of a line counts as indentation.
                    if indicators > 1 { count += 1 }
                }
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                isLineStart = true
                indicators = 0
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: ":"):
                break
            default:
                isLineStart = false
            }
        }
        return count
    }

    /// Runs the recursive parser on a thread whose stack holds as many levels as `openings` allows.
    private static func composed(_ text: String, file: Int) -> YamlOutcome {
        let box = OutcomeBox()
        let done = DispatchSemaphore(value: 0)
        let thread = Thread {
            var composer = YamlComposer(text: text, file: file)
            let outcome = composer.run()
            box.outcome.withLock { $0 = outcome }
            done.signal()
        }
        thread.stackSize = Limits.parserStackBytes
        thread.start()
        done.wait()
        guard let outcome = box.outcome.withLock({ $0 }) else {
            preconditionFailure("the parser's thread ended without an outcome")
        }
        return outcome
    }
}

/// Something wrong with the YAML itself.
struct YamlProblem: Equatable, Sendable {
    var message: String
    var position: SourcePosition
    var width = 1
    var expected: String?
}

/// What became of a file: a tree, perhaps with problems that did not hide it, or none.
enum YamlOutcome: Sendable {
    case tree(YamlNode?, [YamlProblem])
    case failed(YamlProblem)
}

/// Carries the outcome from the parser's thread.
private final class OutcomeBox: Sendable {
    let outcome = Mutex<YamlOutcome?>(nil)
}
