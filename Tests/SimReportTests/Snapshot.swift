import Foundation
import Testing

/// Texts on record below Fixtures.
enum Snapshot {
    static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: "Fixtures/\(path)"), encoding: .utf8)
    }

    /// Compares with Fixtures/PATH; `COMMY_UPDATE=1` rewrites it.
    static func expect(
        _ path: String, _ text: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        if ProcessInfo.processInfo.environment["COMMY_UPDATE"] == "1" {
            try text.write(
                to: root.appending(path: "Fixtures/\(path)"), atomically: true, encoding: .utf8)
        }
        #expect(text == (try Self.text(path)), "\(path)", sourceLocation: sourceLocation)
    }
}
