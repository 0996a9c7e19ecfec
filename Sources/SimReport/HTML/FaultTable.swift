internal import SimModel

/// Each fault in words: when it took hold, what made it begin, what it touched, how it ended.
struct FaultTable {
    let html: HTML

    init(_ report: RunReport) {
        guard !report.faults.isEmpty || !report.missedFaults.isEmpty else {
            html = .empty
            return
        }
        let missed = report.missedFaults.map(Self.row)
        html = """
            <div class="scroll" tabindex="0" role="region" aria-label="Faults">
            <table class="faults"><thead><tr><th scope="col">fault</th><th scope="col">what</th>\
            <th scope="col" class="number">from</th><th scope="col" class="number">to</th>\
            <th scope="col" class="number">touched</th><th scope="col">where</th>\
            <th scope="col">remarks</th></tr></thead>
            <tbody>\(report.faults.map(Self.row))\(missed)</tbody></table></div>

            """
    }

    private static func row(_ fault: FaultStory) -> HTML {
        let isEmpty = fault.touched == 0
        let touched = fault.touchedText ?? "-"
        let remarks = fault.details.joined(separator: "; ")
        let kind: HTML = isEmpty ? "number bad" : "number"
        let tone: HTML = fault.mended == false ? "bad remark" : "remark"
        return """
            <tr><th scope="row">\(fault.name)</th><td>\(fault.verb)</td>\
            <td class="number">\(RunReport.instant(fault.begin))</td>\
            <td class="number">\(fault.end.map(RunReport.instant) ?? "end")</td>\
            <td class="\(kind)">\(touched)</td>\
            <td class="where">\(TextLayout.listed(fault.targets, width: 120))</td>\
            <td class="\(tone)">\(remarks)</td></tr>

            """
    }

    private static func row(_ fault: MissedFault) -> HTML {
        """
        <tr><th scope="row">\(fault.name)</th><td>\(fault.verb)</td>\
        <td class="number bad">never</td><td class="number">-</td><td class="number">-</td>\
        <td>-</td><td class="bad">waited for events: \(fault.progress)</td></tr>

        """
    }
}
