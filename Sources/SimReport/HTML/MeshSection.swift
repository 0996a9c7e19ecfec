internal import SimModel

/// Where the nodes of a mesh have sent requests, and what programs have reported wrongly.
struct MeshSection {
    /// Rows that are shown; a mesh of a hundred hosts has thousands.
    private static let rowLimit = 200

    let html: HTML

    init(_ report: RunReport) {
        let routes = report.mesh.routes
        let warnings = report.misreports
        guard !routes.isEmpty || !warnings.isEmpty else {
            html = .empty
            return
        }
        html = "\(Self.table(routes))\(Self.list(warnings))"
    }

    private static func table(_ routes: [MeshStory.Route]) -> HTML {
        guard !routes.isEmpty else { return .empty }
        let rows = routes.prefix(rowLimit).map { route -> HTML in
            """
            <tr><th scope="row">\(route.host)</th><td>\(route.service)</td><td>\(route.node)</td>\
            <td>\(route.rule)</td><td>\(route.transport)</td>\
            <td class="number">\(FigureText.count(route.count))</td>\
            <td class="number">\(FigureText.count(route.retries))</td></tr>

            """
        }
        let rest: HTML =
            routes.count > rowLimit
            ? "<p>and \(routes.count - rowLimit) more</p>" : .empty
        return """
            <div class="scroll"><table><caption>Where requests were sent</caption>\
            <thead><tr><th scope="col">by the node of</th><th scope="col">service</th>\
            <th scope="col">to</th><th scope="col">rule</th><th scope="col">transport</th>\
            <th scope="col">requests</th><th scope="col">of them again</th></tr></thead>\
            <tbody>\(rows)</tbody></table></div>\(rest)

            """
    }

    private static func list(_ warnings: [RunReport.Misreport]) -> HTML {
        let items = warnings.prefix(rowLimit).map { warning -> HTML in
            """
            <p class="warning">\(warning.report.process)@\(warning.report.host) at \
            \(RunReport.instant(warning.at)): \(warning.report.reason): \
            <code>\(ForeignText.plain(String(warning.report.line.prefix(200))))</code></p>

            """
        }
        return "\(items)"
    }
}
