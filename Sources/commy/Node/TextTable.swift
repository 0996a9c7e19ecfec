/// Rows of words in columns: numbers to the right, words to the left, no trailing spaces.
struct TextTable {
    private let rows: [[String]]
    private let rightColumns: Set<Int>

    /// `header` stands above; the columns of `right` are numbers.
    init(_ header: [String], _ rows: [[String]], right: Set<Int> = []) {
        self.rows = [header] + rows
        rightColumns = right
    }

    var lines: [String] {
        let columns = rows[0].indices
        let widths = columns.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let cells = row.enumerated().map { column, cell in
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                return rightColumns.contains(column) ? padding + cell : cell + padding
            }
            let line = cells.joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed())
        }
    }
}
