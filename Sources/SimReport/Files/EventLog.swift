public import Foundation
public import SimModel

/// The event log as a file: one JSON object a line (see reports/README.md).
public enum EventLog {
    /// A line that is not an event.
    public struct Malformed: Error, CustomStringConvertible {
        public let line: Int
        public let problem: String

        public var description: String { "line \(line) of the event log: \(problem)" }
    }

    /// Reads a whole log. Events of kinds that this version does not know are left out.
    public static func read(_ data: Data) throws -> [RunEvent] {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .custom(EventKeys.swiftKey)
        var events: [RunEvent] = []
        // Empty lines are kept in the count, so that an editor shows the same number.
        let bytes = [UInt8](data)
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() where !line.isEmpty {
            // Nearly all lines of a long run are requests.
            if let event = RequestLine.read(line) {
                events.append(event)
                continue
            }
            do {
                events.append(try decoder.decode(RunEvent.self, from: Data(line)))
            } catch is RunEvent.UnknownEvent {
                continue
            } catch {
                throw Malformed(line: index + 1, problem: "\(error)")
            }
        }
        return events
    }

    /// Writes events as the log has them: sorted keys, so that the same event is the same bytes.
    public static func makeEncoder() -> JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .custom(EventKeys.logKey)
        return encoder
    }
}
