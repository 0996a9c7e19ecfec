internal import SimModel

/// What processes have written, with a filter.
///
/// The page has at most `lineLimit` lines, shared fairly: of a process that wrote more than its
/// part, the first fifth of the part and the last four fifths are here, and a line says what is
/// missing and where it is.
struct LogSection {
    static let lineLimit = 2_000
    static let lineCharacterLimit = 600

    let html: HTML

    /// A line on the page, or a gap.
    private struct Entry {
        var at: Int64
        var order: Int
        var html: HTML
    }

    init(_ report: RunReport) {
        var byProcess: [String: [Int]] = [:]
        var names: [String] = []
        for (index, line) in report.lines.enumerated() {
            let name = "\(line.output.process)@\(line.output.host)"
            if byProcess[name] == nil { names.append(name) }
            byProcess[name, default: []].append(index)
        }
        guard !names.isEmpty else {
            html = "<p class=\"none\">No process has written anything.</p>"
            return
        }
        let part = max(20, Self.lineLimit / names.count)
        var entries: [Entry] = []
        for (number, name) in names.enumerated() {
            entries += Self.entries(byProcess[name] ?? [], name, number, part, report)
        }
        entries.sort { ($0.at, $0.order) < ($1.at, $1.order) }
        let shown = entries.prefix(Self.lineLimit * 2)
        let options = names.enumerated().map { number, name -> HTML in
            "<option value=\"\(number)\">\(name) (\(byProcess[name]?.count ?? 0))</option>"
        }
        html = """
            <div class="filters"><label>Filter <input id="log-filter" type="search" \
            aria-keyshortcuts="/" autocomplete="off" spellcheck="false"></label>\
            <label>Process <select id="log-process"><option \
            value="">all</option>\(options)</select>\
            </label><span id="log-count" role="status">\
            \(FigureText.count(report.lines.count, "line"))</span></div>
            <ol id="log" class="log" tabindex="0" aria-label="Log lines">\(shown.map(\.html))</ol>

            """
    }

    private static func entries(
        _ indices: [Int], _ name: String, _ number: Int, _ part: Int, _ report: RunReport
    ) -> [Entry] {
        guard indices.count > part else {
            return indices.map { entry(report.lines[$0], name, number, $0) }
        }
        let first = part / 5
        let last = part - first
        let head = indices.prefix(first).map { entry(report.lines[$0], name, number, $0) }
        let tail = indices.suffix(last).map { entry(report.lines[$0], name, number, $0) }
        let gap = indices[indices.count - last - 1]
        let host = report.lines[gap].output.host
        let note: HTML = """
            <li class="gap" \
            data-p="\(number)">\(FigureText.count(indices.count - part, "line")) of \
            \(name) left out here: nodes/\(host).log has them all</li>

            """
        return head + [Entry(at: report.lines[gap].at, order: gap, html: note)] + tail
    }

    private static func entry(
        _ line: RunReport.Line, _ name: String, _ number: Int, _ order: Int
    ) -> Entry {
        let text = ForeignText.plain(line.output.line)
        let rest = text.count - lineCharacterLimit
        let cut: HTML =
            rest > 0
            ? "<i> … \(FigureText.count(rest, "character")) more</i>" : .empty
        let html: HTML = """
            <li class="\(line.output.stream.rawValue)" data-p="\(number)"><time>\
            \(RunReport.instant(line.at))</time> <b>\(name)</b> <code>\
            \(String(text.prefix(lineCharacterLimit)))\(cut)</code></li>

            """
        return Entry(at: line.at, order: order, html: html)
    }
}
