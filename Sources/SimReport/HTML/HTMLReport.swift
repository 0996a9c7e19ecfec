internal import SimModel

/// `report.html`: the whole run on one page that needs nothing but itself.
///
/// Everything is drawn here, in Swift, from at most `TimeGrid.bucketLimit` buckets a series: the
/// page opens as fast for ten minutes with fifty hosts as for ten seconds with two, and shows all
/// of it without a script too. The script adds the cursor that reads values out, filters, the
/// shortcuts and the switch between dark and light.
public struct HTMLReport {
    public let text: String

    public init(_ report: RunReport) {
        var charts = ChartData(report)
        let sections = Self.sections(report, &charts)
        let policy =
            "default-src 'none'; base-uri 'none'; form-action 'none'; style-src "
            + "'\(SHA256.policySource(of: PageStyle.text))'; script-src "
            + "'\(SHA256.policySource(of: PageScript.text))'"
        let page: HTML = """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="\(HTML(trusted: policy))">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta name="generator" content="commy \(report.started.version)">
            <title>\(report.verdict.rawValue): \(report.title)</title>
            <style>\(HTML(trusted: PageStyle.text))</style>
            </head>
            <body>
            <a class="skip" href="#expectations">Skip to the expectations</a>
            \(PageHeader(report).html)
            \(Self.navigation(sections))
            <main id="main">
            \(sections.map(Self.html))
            </main>
            <footer>Made by commy \(report.started.version) from \
            \(FigureText.count(report.eventCount)) entries of the event log. Press <kbd>?</kbd> \
            for the keys.</footer>
            \(PageHeader.keys)
            <div id="spoken" class="spoken" role="status" aria-live="polite"></div>
            <script type="application/json" id="data">\(charts.json)</script>
            <script>\(HTML(trusted: PageScript.text))</script>
            </body>
            </html>

            """
        text = page.text
    }

    /// A part of the page that the navigation names.
    struct Section {
        var id: String
        var title: String
        var content: HTML
    }

    private static func sections(_ report: RunReport, _ charts: inout ChartData) -> [Section] {
        let all = [
            Section(
                id: "expectations", title: "Expectations",
                content: ExpectationSection(report).html),
            Section(
                id: "timeline", title: "Timeline",
                content: TimelineSection(report, charts.grid).html),
            Section(
                id: "traffic", title: "Traffic", content: TrafficSection(report, &charts).html),
            Section(
                id: "topology", title: "Topology", content: TopologySection(report).html),
            Section(id: "mesh", title: "Mesh", content: MeshSection(report).html),
            Section(id: "network", title: "Network", content: NetworkSection(report).html),
            Section(
                id: "resources", title: "Resources",
                content: ResourceSection(report, &charts).html),
            Section(id: "machine", title: "Machine", content: MachineSection(report).html),
            Section(id: "logs", title: "Logs", content: LogSection(report).html),
            Section(id: "facts", title: "Facts", content: FactSection(report).html),
        ]
        return all.filter { $0.content != .empty }
    }

    private static func html(_ section: Section) -> HTML {
        """
        <section id="\(section.id)" aria-labelledby="\(section.id)-title">
        <h2 id="\(section.id)-title" tabindex="-1">\(section.title)</h2>
        \(section.content)
        </section>

        """
    }

    private static func navigation(_ sections: [Section]) -> HTML {
        let links = sections.enumerated().map { place, section -> HTML in
            """
            <li><a href="#\(section.id)" aria-keyshortcuts="\(place + 1)">\(section.title)</a></li>
            """
        }
        return "<nav aria-label=\"Sections\"><ul>\(links)</ul></nav>"
    }
}
