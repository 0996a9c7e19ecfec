internal import SimModel

/// Packet fates and accuracy of every link.
struct NetworkSection {
    /// Rows that are in view at once, and rows that the page has at all.
    static let shownLimit = 40
    static let rowLimit = 400

    let html: HTML

    init(_ report: RunReport) {
        guard !report.links.isEmpty else {
            html = .empty
            return
        }
        let fates = LinkFates(report.links)
        let conditions = Dictionary(
            report.paths.map { ($0.link, $0.conditions) }, uniquingKeysWith: { first, _ in first })
        let ordered = report.links.sorted { left, right in
            let (lost, other) = (Self.dropped(left), Self.dropped(right))
            return (other, right.packets, left.link) < (lost, left.packets, right.link)
        }
        let rows = ordered.prefix(Self.rowLimit).map { Self.row($0, conditions[$0.link]) }
        html = """
            \(Self.summary(fates, report.links))
            \(Self.table(Array(rows.prefix(Self.shownLimit)), "Links"))
            \(Self.rest(Array(rows.dropFirst(Self.shownLimit)), of: report.links.count))
            """
    }

    private static func dropped(_ link: LinkTotals) -> UInt64 {
        link.dropped.reduce(0) { $0 + $1.count }
    }

    private static func summary(_ fates: LinkFates, _ links: [LinkTotals]) -> HTML {
        let late = links.max { $0.latenessP99Nanoseconds < $1.latenessP99Nanoseconds }
        let drops = fates.dropped.sorted { $0.count > $1.count }.map { drop -> HTML in
            "<li><b>\(FigureText.count(Int(drop.count)))</b> dropped: \(drop.reason)</li>"
        }
        let others = [
            ("duplicated", fates.duplicated), ("corrupted", fates.corrupted),
            ("held back for reordering", fates.reordered),
        ].filter { $0.1 > 0 }.map { name, count -> HTML in
            "<li><b>\(FigureText.count(Int(count)))</b> \(name)</li>"
        }
        let accuracy: HTML =
            late.map { link in
                """
                <p>The fabric delivered at most \
                <b>\(FigureText.span(nanoseconds: link.latenessP99Nanoseconds))</b> later than the \
                link model had set (p99 of the worst link, \(link.link)).</p>
                """
            } ?? .empty
        return """
            <ul class="facts"><li><b>\(FigureText.count(Int(fates.packets)))</b> packets on \
            \(FigureText.count(links.count, "link"))</li>\
            <li><b>\(FigureText.count(Int(fates.delivered)))</b> \
            delivered</li>\(drops)\(others)</ul>
            \(accuracy)

            """
    }

    private static func row(_ link: LinkTotals, _ conditions: String?) -> HTML {
        let lost = dropped(link)
        let reasons = link.dropped.map { "\($0.count) \($0.reason)" }.joined(separator: ", ")
        let total = Double(max(1, link.packets))
        let width = min(100, Double(link.delivered) / total * 100)
        let lostWidth = Double(lost) / total * 100
        let counts = [link.duplicated, link.corrupted, link.reordered].map { count -> HTML in
            "<td class=\"number\">\(count == 0 ? "·" : FigureText.count(Int(count)))</td>"
        }
        let late = [
            link.latenessP50Nanoseconds, link.latenessP99Nanoseconds,
            link.latenessP999Nanoseconds, link.latenessMaxNanoseconds,
        ].map { value -> HTML in
            "<td class=\"number\">\(FigureText.span(nanoseconds: value))</td>"
        }
        return """
            <tr><th scope="row">\(link.link)</th><td class="words">\(conditions ?? "·")</td>\
            <td class="number">\(FigureText.count(Int(link.packets)))</td>\
            <td class="number">\(RateText.bytes(Int64(clamping: link.bytes)))</td>\
            <td class="fate"><svg width="100%" height="10" aria-hidden="true">\
            <rect class="fill ok" width="\(width)%" height="10"/>\
            <rect class="fill failed" x="\(100 - min(100, lostWidth))%" width="\(lostWidth)%" \
            height="10"/></svg></td>\
            <td class="number">\(FigureText.count(Int(link.delivered)))</td>\
            <td class="\(lost > 0 ? "words bad" : HTML.empty)">\(lost > 0 ? reasons : "·")</td>\
            \(counts)\(late)</tr>

            """
    }

    private static func table(_ rows: [HTML], _ title: String) -> HTML {
        """
        <div class="scroll" tabindex="0" role="region" aria-label="\(title)"><table class="links">
        <thead><tr><th scope="col" rowspan="2">link</th><th scope="col" rowspan="2">conditions</th>\
        <th scope="col" rowspan="2" class="number">packets</th>\
        <th scope="col" rowspan="2" class="number">bytes</th>\
        <th scope="colgroup" colspan="6" class="group">packet fates</th>\
        <th scope="colgroup" colspan="4" class="group">lateness of deliveries</th></tr>
        <tr><th scope="col"><span class="spoken">share</span></th>\
        <th scope="col" class="number">delivered</th>\
        <th scope="col">dropped</th><th scope="col" class="number">dupl.</th>\
        <th scope="col" class="number">corr.</th><th scope="col" class="number">reord.</th>\
        <th scope="col" class="number">p50</th><th scope="col" class="number">p99</th>\
        <th scope="col" class="number">p99.9</th><th scope="col" \
        class="number">max</th></tr></thead>
        <tbody>\(rows)</tbody></table></div>

        """
    }

    private static func rest(_ rows: [HTML], of total: Int) -> HTML {
        guard !rows.isEmpty else { return .empty }
        let left = total - rows.count - shownLimit
        let note: HTML =
            left > 0
            ? """
            <p class="none">\(FigureText.count(left, "more link")) with fewer packets: \
            trace.jsonl has them.</p>
            """
            : .empty
        return """
            <details><summary>\(FigureText.count(rows.count, "more link"))</summary>
            \(table(rows, "More links"))\(note)</details>
            """
    }
}
