internal import SimModel

/// The raw facts: how it was run, the hosts, the commands, and where the rest is.
struct FactSection {
    let html: HTML

    init(_ report: RunReport) {
        let started = report.started
        let facts: [(String, String)] = [
            ("file", started.file), ("seed", String(started.seed)), ("world", started.world),
            ("sandbox", started.sandbox), ("version", started.version),
            ("traffic lasts", FigureText.span(nanoseconds: started.durationNanoseconds)),
            ("run took", "\(RunReport.seconds(report.wall))s"),
            ("traffic began after", "\(RunReport.seconds(report.origin))s"),
            ("variables", started.settings.joined(separator: ", ")),
            ("tags", started.tags.joined(separator: ", ")),
            ("entries of the log", FigureText.count(report.eventCount)),
        ].filter { !$0.1.isEmpty }
        let list = facts.map { name, value -> HTML in "<dt>\(name)</dt><dd>\(value)</dd>" }
        html = """
            <dl class="raw">\(list)</dl>
            \(Self.hosts(report))
            \(Self.commands(report))
            \(Self.files)
            """
    }

    private static func hosts(_ report: RunReport) -> HTML {
        guard !report.hosts.isEmpty else { return .empty }
        let rows = report.hosts.map { host -> HTML in
            """
            <tr><th scope="row">\(host.host)</th><td>\(host.zone)</td>\
            <td>\(host.addresses.joined(separator: ", "))</td></tr>

            """
        }
        return fold(
            FigureText.count(report.hosts.count, "host"),
            """
            <table><thead><tr><th scope="col">host</th><th scope="col">zone</th>\
            <th scope="col">addresses</th></tr></thead><tbody>\(rows)</tbody></table>
            """)
    }

    private static func commands(_ report: RunReport) -> HTML {
        guard !report.processes.isEmpty else { return .empty }
        let rows = report.processes.map { process -> HTML in
            let command = process.command.map(RunReport.shellWord).joined(separator: " ")
            return """
                <tr><th scope="row">\(process.label)</th><td class="number">\(process.starts)</td>\
                <td><code>\(command)</code></td></tr>

                """
        }
        return fold(
            "Commands of processes",
            """
            <div class="scroll" tabindex="0" role="region" aria-label="Commands"><table><thead><tr>\
            <th scope="col">process</th><th scope="col" class="number">starts</th>\
            <th scope="col">command</th></tr></thead><tbody>\(rows)</tbody></table></div>
            """)
    }

    private static func fold(_ title: String, _ content: HTML) -> HTML {
        "<details><summary>\(title)</summary>\(content)</details>\n"
    }

    private static let files: HTML = """
        <table><caption>In the directory of this report</caption><tbody>
        <tr><th scope="row"><code>trace.jsonl</code></th><td>the event log: everything here is \
        made \
        from it</td></tr>
        <tr><th scope="row"><code>verdict.json</code></th><td>the verdict, for programs</td></tr>
        <tr><th scope="row"><code>latency.json</code></th><td>percentiles, for programs</td></tr>
        <tr><th scope="row"><code>junit.xml</code></th><td>the expectations as test cases</td></tr>
        <tr><th scope="row"><code>summary.md</code></th><td>for a pull request</td></tr>
        <tr><th scope="row"><code>nodes/HOST.log</code></th><td>what processes have \
        written</td></tr>
        <tr><th scope="row"><code>A-to-B.pcapng</code></th><td>packets of a link, each with a \
        comment \
        on its fate</td></tr>
        </tbody></table>
        """
}
