internal import Foundation
internal import SimLab

/// Prints figures as a table, or one JSON object a line.
struct FigureTable {
    private let figures: [BenchFigure]

    init(_ figures: [BenchFigure]) {
        self.figures = figures
    }

    func print(on terminal: Terminal, json: Bool) throws {
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            for figure in figures {
                terminal.printLine(String(decoding: try encoder.encode(figure), as: UTF8.self))
            }
            return
        }
        let header = ["figure", "value", "unit", "peer", "its value", "ratio", "aim", ""]
        let table = TextTable(header, figures.map(Self.row), right: [1, 4, 5])
        for line in table.lines { terminal.printLine(line) }
    }

    private static func row(_ figure: BenchFigure) -> [String] {
        [
            figure.figure, number(figure.value), figure.unit, figure.peer ?? "",
            figure.peerValue.map(number) ?? "", figure.ratio.map { number($0) + "x" } ?? "",
            figure.aim ?? "", figure.met.map { $0 ? "met" : "MISSED" } ?? "",
        ]
    }

    /// Three significant digits or whole numbers.
    private static func number(_ value: Double) -> String {
        switch abs(value) {
        case 1_000...: String(Int(value.rounded()))
        case 100...: String(format: "%.0f", value)
        case 10...: String(format: "%.1f", value)
        default: String(format: "%.2f", value)
        }
    }
}
