internal import ArgumentParser
internal import CommyBase
internal import CommyMesh
internal import Foundation

/// `commy top`.
struct NodeTop: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "top",
        abstract: "Show what passes through the node now, by link and by process.",
        discussion: """
            On a terminal it is drawn anew every second until Ctrl-C; elsewhere it is printed \
            once, with totals since each connection began.
            """)

    @OptionGroup var options: ShowOptions
    @Option(help: "Seconds between two pictures.")
    var every = 1.0
    @Flag(help: "Print one picture and end.")
    var once = false

    func validate() throws {
        guard every >= 0.1, every <= 3_600 else {
            throw ValidationError("--every is \(every); it must be from 0.1 to 3600 seconds.")
        }
    }

    func run() throws {
        let terminal = Terminal()
        guard terminal.isInteractive, !once, !options.json else {
            try NodeTables.show(.top, options) { Self.totals($0) }
            return
        }
        var visit = try NodeErrors.orExit { () throws(CommyError) in
            try NodeVisit.begin(options.place, role: .administrator)
        }
        var before: [String: NodeRow] = [:]
        var drawn = 0
        while true {
            let rows = try NodeErrors.orExit { () throws(CommyError) in try visit.rows(.top) }
            let title = "\(visit.node): \(rows.count) connections, every \(every)s; Ctrl-C ends"
            let lines = [title, ""] + Self.rates(rows, before, every)
            terminal.printBlock(lines, before: drawn)
            drawn = lines.count
            before = Dictionary(rows.map { (Self.key($0), $0) }, uniquingKeysWith: { $1 })
            Thread.sleep(forTimeInterval: every)
        }
    }

    private static func key(_ row: NodeRow) -> String { "\(row["kind"]) \(row["who"])" }

    static func totals(_ rows: [NodeRow]) -> [String] {
        guard !rows.isEmpty else { return ["No connections."] }
        return TextTable(
            ["kind", "who", "streams", "calls", "received", "sent", "queued", "serves"],
            rows.map { row in
                [
                    row["kind"], row["who"], row["streams"], row["calls"],
                    NodeTables.bytes(row.number("received_bytes")),
                    NodeTables.bytes(row.number("sent_bytes")),
                    NodeTables.bytes(row.number("queued")), row["instances"],
                ]
            }, right: [2, 3, 4, 5, 6, 7]
        ).lines
    }

    /// The busiest first.
    static func rates(
        _ rows: [NodeRow], _ before: [String: NodeRow], _ seconds: Double
    ) -> [String] {
        func perSecond(_ row: NodeRow, _ name: String) -> UInt64 {
            guard let old = before[key(row)]?.number(name), old <= row.number(name) else {
                return 0
            }
            return UInt64(Double(row.number(name) - old) / seconds)
        }
        let sorted = rows.sorted {
            let left = perSecond($0, "received_bytes") + perSecond($0, "sent_bytes")
            let right = perSecond($1, "received_bytes") + perSecond($1, "sent_bytes")
            return left == right ? key($0) < key($1) : left > right
        }
        return TextTable(
            ["kind", "who", "streams", "calls/s", "received", "sent", "queued", "serves"],
            sorted.map { row in
                [
                    row["kind"], row["who"], row["streams"], String(perSecond(row, "calls")),
                    NodeTables.rate(perSecond(row, "received_bytes")),
                    NodeTables.rate(perSecond(row, "sent_bytes")),
                    NodeTables.bytes(row.number("queued")), row["instances"],
                ]
            }, right: [2, 3, 4, 5, 6, 7]
        ).lines
    }
}
