internal import SimModel

/// What the machine did to the measurement: stalls, and how late the load generator was.
struct MachineSection {
    /// Stalls that are listed.
    static let listLimit = 10

    let html: HTML

    init(_ report: RunReport) {
        let stalls = report.stalls
        let total = stalls.reduce(Int64(0)) { $0 + $1.length }
        let late = report.traffic.map(\.worstSendDelay).max()
        let words: HTML =
            stalls.isEmpty
            ? "<p>The machine did not stall while traffic flowed.</p>"
            : """
            <p>The machine stalled <b>\(FigureText.count(stalls.count, "time"))</b> while traffic \
            flowed, for <b>\(FigureText.span(nanoseconds: total))</b> in all. Latencies near a \
            stall \
            are doubtful; the judge takes that into account.</p>
            """
        let generator: HTML =
            late.map {
                """
                <p>The load generators sent at most <b>\(FigureText.span(nanoseconds: $0))</b> \
                after the scheduled instant.</p>
                """
            } ?? .empty
        html = "\(words)\(generator)\(Self.table(stalls))"
    }

    private static func table(_ stalls: [RunReport.Stall]) -> HTML {
        guard !stalls.isEmpty else { return .empty }
        let longest = stalls.sorted { ($1.length, $0.end) < ($0.length, $1.end) }
            .prefix(listLimit)
        let rows = longest.map { stall -> HTML in
            """
            <tr><td class="number">\(RunReport.instant(stall.end - stall.length))</td>\
            <td class="number">\(FigureText.span(nanoseconds: stall.length))</td></tr>
            """
        }
        let caption = stalls.count > listLimit ? "The longest stalls" : "Stalls"
        return """
            <table><caption>\(caption)</caption><thead><tr><th scope="col" class="number">from</th>\
            <th scope="col" class="number">length</th></tr></thead><tbody>\(rows)</tbody></table>
            """
    }
}
