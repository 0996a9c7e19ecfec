internal import SimModel

/// The expectations, what failed first, each with its evidence.
struct ExpectationSection {
    let html: HTML

    init(_ report: RunReport) {
        guard !report.judged.isEmpty else {
            html = "<p class=\"none\">Nothing was judged.</p>"
            return
        }
        html = "<ol class=\"verdicts\">\(report.judgedByWeight.map { Self.item($0, report) })</ol>"
    }

    private static func item(_ judged: Judged, _ report: RunReport) -> HTML {
        let word = judged.verdict.rawValue
        let place: HTML =
            judged.line > 0
            ? "<span class=\"place\">\(report.started.file):\(judged.line)</span>"
            : "<span class=\"place\">asked of every run</span>"
        let isOpen: HTML = judged.verdict == .pass ? .empty : " open"
        let lines = judged.evidence.map { line -> HTML in "\(line)\n" }
        let evidence: HTML =
            judged.evidence.isEmpty
            ? .empty : "<pre>\(lines)</pre>"
        return """
            <li class="\(word)"><details\(isOpen)>
            <summary><span class="mark" aria-hidden="true">\(mark(judged.verdict))</span>\
            <span class="spoken">\(word): </span><span class="claim">\(judged.expectation)</span>\
            <span class="saw">\(judged.observed)</span></summary>
            <dl><dt>saw</dt><dd>\(judged.observed)</dd><dt>wanted</dt><dd>\(judged.wanted)</dd>\
            <dt>where</dt><dd>\(place)</dd></dl>
            \(evidence)
            </details></li>

            """
    }

    private static func mark(_ verdict: Verdict) -> String {
        switch verdict {
        case .pass: "✓"
        case .fail: "✗"
        case .inconclusive: "?"
        case .error: "!"
        }
    }
}
