internal import SimModel

/// Request fates, datagram fates and answers by backend of one traffic source.
struct TrafficTables {
    let html: HTML

    init(_ traffic: TrafficFigures) {
        let fates = traffic.results.map { fate in
            Row(
                name: fate.result.rawValue, count: fate.count,
                kind: fate.result == .ok ? "ok" : "failed")
        }
        let backends = traffic.backends.map { Row(name: $0.name, count: $0.count, kind: "plain") }
        html = """
            \(Self.table("Request fates", fates, of: traffic.sent))
            \(Self.datagrams(traffic))
            \(Self.table("Answered by", backends, of: traffic.ok))
            \(Self.figures(traffic))
            """
    }

    private struct Row {
        var name: String
        var count: Int
        var kind: String
    }

    private static func datagrams(_ traffic: TrafficFigures) -> HTML {
        guard traffic.hasDatagramFigures else { return .empty }
        let rows = [
            Row(name: "lost", count: traffic.lost, kind: "failed"),
            Row(name: "duplicated", count: traffic.duplicated, kind: "plain"),
            Row(name: "misordered", count: traffic.misordered, kind: "plain"),
        ]
        return table("Datagram fates", rows, of: traffic.sent)
    }

    /// A table whose rows have a bar of their share.
    private static func table(_ title: String, _ rows: [Row], of total: Int) -> HTML {
        guard !rows.isEmpty else { return .empty }
        let lines = rows.map { row -> HTML in
            let width = total > 0 ? Double(row.count) / Double(total) * 100 : 0
            return """
                <tr><th scope="row">\(row.name)</th><td class="number">\
                \(FigureText.count(row.count))</td><td class="number">\
                \(FigureText.percent(row.count, of: total))</td><td class="share">\
                <svg width="100%" height="10" aria-hidden="true"><rect class="fill \(row.kind)" \
                width="\(width)%" height="10" rx="2"/></svg></td></tr>

                """
        }
        return "<table class=\"shares\"><caption>\(title)</caption><tbody>\(lines)</tbody></table>"
    }

    private static func figures(_ traffic: TrafficFigures) -> HTML {
        var rows = [
            (
                "generator late by at most",
                FigureText.span(nanoseconds: traffic.worstSendDelay)
            )
        ]
        if traffic.sentLate > 0 {
            let share = FigureText.percent(traffic.sentLate, of: traffic.sent)
            rows.append(
                ("sent 1ms late or later", "\(FigureText.count(traffic.sentLate)) (\(share))"))
        }
        if let throughput = traffic.throughput {
            rows.append(("successful requests", RateText.perSecond(throughput)))
        }
        if let goodput = traffic.goodputBitsPerSecond {
            rows.append(("body of answers", RateText.bits(goodput)))
        }
        let lines = rows.map { name, value -> HTML in
            "<tr><th scope=\"row\">\(name)</th><td class=\"number\">\(value)</td></tr>"
        }
        return "<table><caption>Rates</caption><tbody>\(lines)</tbody></table>"
    }
}
