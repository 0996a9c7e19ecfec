import Foundation
import SimModel
import SimReport
import Testing

/// Holds reports/README.md to what the code does.
struct ManualTests {
    /// A field as the event table has it.
    private struct Row: Hashable {
        var event: String
        var field: String
        var isOptional: Bool
    }

    private static func manual() throws -> String {
        try String(
            contentsOf: Snapshot.root.appending(path: "reports/README.md"), encoding: .utf8)
    }

    /// The cells of the event table, header and ruler left out.
    private static func cells() throws -> [[String]] {
        let table = try #require(
            manual().split(separator: "| event | field | unit | meaning |").last)
        return table.split(separator: "\n").dropFirst().map { line in
            line.split(separator: "|", omittingEmptySubsequences: false).dropFirst().dropLast()
                .map { $0.trimmingCharacters(in: .whitespaces) }
        }
    }

    private static func documented() throws -> [Row] {
        var event = ""
        return try cells().compactMap { cells in
            let word = { (cell: String) in
                cell.split(separator: "`").first.map(String.init) ?? ""
            }
            guard cells[0].isEmpty else {
                event = word(cells[0])
                return nil
            }
            return Row(event: event, field: word(cells[1]), isOptional: cells[1].hasSuffix("?"))
        }
    }

    /// What a fact's payload has, whether or not it has a value here.
    private static func declared() -> Set<Row> {
        Set(
            SampleRun.everyField.flatMap { event in
                guard let payload = Mirror(reflecting: event.fact).children.first?.value else {
                    return [Row]()
                }
                return Mirror(reflecting: payload).children.map { member in
                    Row(
                        event: event.fact.kind.rawValue,
                        field: EventKeys.logName(of: member.label ?? ""),
                        isOptional: Mirror(reflecting: member.value).displayStyle == .optional)
                }
            })
    }

    @Test func `the event table has each event once, in the order of the log's kinds`() throws {
        let events = try Self.cells().compactMap { $0[0].isEmpty ? nil : $0[0] }
        #expect(events == RunEvent.Kind.allCases.map { "`\($0.rawValue)`" })
    }

    @Test func `the event table has exactly the fields of the events`() throws {
        let rows = try Self.documented()
        #expect(Set(rows).count == rows.count, "a field is there twice")
        #expect(Set(rows) == Self.declared())
    }

    @Test func `every field of the event table has a unit and a meaning`() throws {
        for cells in try Self.cells() {
            #expect(cells.count == 4 && !cells[3].isEmpty, "\(cells)")
            #expect(cells[0].isEmpty == !cells[2].isEmpty, "\(cells)")
            #expect(cells[1].contains("_ns`") == (cells[2] == "ns"), "\(cells)")
        }
    }

    @Test func `the encoder writes exactly the fields of the event table`() throws {
        let documented = try Self.documented()
        var written: Set<String> = []
        for line in try EventLogTests.log(SampleRun.everyField).split(separator: 10) {
            let object = try #require(
                try JSONSerialization.jsonObject(with: line) as? [String: Any])
            let event = try #require(object["event"] as? String)
            let keys = Set(object.keys).subtracting(["at_ns", "event"])
            written.formUnion(keys.map { "\(event).\($0)" })
            for row in documented where row.event == event && !row.isOptional {
                #expect(keys.contains(row.field), "\(event) has no \(row.field)")
            }
        }
        // A fault that begins has touched nothing that is known, and this one waited for nothing.
        let expected = Set(documented.map { "\($0.event).\($0.field)" })
        #expect(
            written
                == expected.subtracting([
                    "fault_started.touched", "fault_started.detail", "fault_started.mended",
                ]))
    }

    @Test func `the manual tells of every file of a report`() throws {
        let manual = try Self.manual()
        for file in try #require(ReportFiles(SampleRun.failing)).all() {
            let name = file.path.hasPrefix("nodes/") ? "nodes/HOST.log" : file.path
            #expect(manual.contains("| `\(name)` |"), "\(name)")
        }
    }

    @Test(arguments: ["verdict.json", "latency.json"])
    func `the manual names every key of a file`(path: String) throws {
        let files = try #require(ReportFiles(SampleRun.failing))
        let content = try #require(try files.all().first { $0.path == path }).content
        let section = try #require(
            Self.manual().split(separator: "## verdict.json and latency.json").last?
                .split(separator: "\n## ").first)
        for match in content.matches(of: /"([a-z0-9_]+)" :/) {
            let key = String(match.output.1)
            // The quantiles between p0 and p100 are told by their ends.
            let isQuantile = key.wholeMatch(of: /p[0-9]+/) != nil
            #expect(isQuantile || section.contains("`\(key)`"), "\(key)")
        }
    }

    @Test func `the terminal output in the manual is the one on record`() throws {
        let snapshot = try Snapshot.text("snapshots/terminal-failing-100.txt")
        #expect(try Self.manual().contains("```\n\(snapshot)```\n"))
    }

    @Test func `the manual names every result, drop reason and verdict`() throws {
        let manual = try Self.manual()
        for result in RequestOutcome.Result.allCases {
            #expect(manual.contains("`\(result.rawValue)`"))
        }
        for reason in DropReason.allCases { #expect(manual.contains("`\(reason.text)`")) }
        for verdict in Verdict.allCases {
            #expect(manual.contains("**\(verdict.rawValue)** (exit \(verdict.exitCode))"))
        }
    }
}
