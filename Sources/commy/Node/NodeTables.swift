internal import CommyBase
internal import CommyMesh

/// What the tables of a node have in common.
enum NodeTables {
    /// Asks the node and prints the answer as JSON or as `lines` make it.
    static func show(
        _ query: ControlQuery, _ options: ShowOptions, _ lines: ([NodeRow]) -> [String]
    ) throws {
        let rows = try NodeErrors.orExit { () throws(CommyError) in
            var visit = try NodeVisit.begin(options.place, role: .administrator)
            return try visit.rows(query)
        }
        let terminal = Terminal()
        let text = options.json ? rows.map(\.text) : lines(rows)
        for line in text { terminal.printLine(line) }
    }

    /// ` (stale for 12s: cut off from all other nodes)`; empty while the node is not cut off.
    static func staleness(_ row: NodeRow) -> String {
        guard row.isTrue("stale") else { return "" }
        return " (stale for \(seconds(row.number("stale_s"))): cut off from all other nodes)"
    }

    static func orDash(_ text: String) -> String { text.isEmpty ? "-" : text }

    /// `850us`, `1.2ms`; a dash before the first measurement.
    static func microseconds(_ count: UInt64) -> String {
        count == 0 ? "-" : Duration.microseconds(Int64(clamping: count)).shortText
    }

    /// Two digits behind the point at most: `12B`, `3.4KiB`, `2.1MiB`.
    static func bytes(_ count: UInt64) -> String {
        let units = ["KiB", "MiB", "GiB", "TiB"]
        guard count >= 1_024 else { return "\(count)B" }
        var value = Double(count) / 1_024
        var unit = 0
        while value >= 1_024, unit + 1 < units.count {
            value /= 1_024
            unit += 1
        }
        return oneDigit(value) + units[unit]
    }

    /// `12kB/s`, in powers of ten as rates are.
    static func rate(_ bytesPerSecond: UInt64) -> String {
        let units = ["B/s", "kB/s", "MB/s", "GB/s"]
        guard bytesPerSecond > 0 else { return "-" }
        var value = Double(bytesPerSecond)
        var unit = 0
        while value >= 1_000, unit + 1 < units.count {
            value /= 1_000
            unit += 1
        }
        return oneDigit(value) + units[unit]
    }

    /// `42s`, `7m`, `3h`, `12d`.
    static func seconds(_ count: UInt64) -> String {
        switch count {
        case ..<120: "\(count)s"
        case ..<7_200: "\(count / 60)m"
        case ..<172_800: "\(count / 3_600)h"
        default: "\(count / 86_400)d"
        }
    }

    /// One digit behind the point below ten, none above.
    private static func oneDigit(_ value: Double) -> String {
        guard value < 9.95 else { return String(Int(value.rounded())) }
        let tenths = Int((value * 10).rounded())
        return tenths % 10 == 0 ? String(tenths / 10) : "\(tenths / 10).\(tenths % 10)"
    }
}

extension TextTable {
    /// One line of a list of names and values.
    static func pair(_ name: String, _ value: String, width: Int) -> String {
        name + String(repeating: " ", count: max(1, width + 2 - name.count)) + value
    }
}
