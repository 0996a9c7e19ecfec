internal import SimModel

/// The top of the page: the verdict, what was run, and the command that runs it again.
struct PageHeader {
    let html: HTML

    init(_ report: RunReport) {
        let reason: HTML =
            report.reason.map { "<p class=\"reason\">\(Self.lines($0))</p>" } ?? .empty
        let why: HTML =
            report.started.why.map { "<div class=\"why\">\(Prose($0).html)</div>" } ?? .empty
        let tags = report.started.tags.map { tag -> HTML in "<li class=\"tag\">\(tag)</li>" }
        html = """
            <header class="top \(report.verdict.rawValue)">
            <div class="titles">
            <span class="badge \(report.verdict.rawValue)">\(report.verdict.rawValue.uppercased())\
            </span>
            <h1>\(report.title)</h1>
            <div class="buttons">
            <button type="button" id="theme" aria-keyshortcuts="t" title="Dark or light (t)">\
            <span aria-hidden="true">◐</span><span class="spoken">Dark or light</span></button>
            <button type="button" id="keys-button" aria-keyshortcuts="?" title="Keys (?)">\
            <span aria-hidden="true">?</span><span class="spoken">Keys</span></button>
            </div>
            </div>
            \(reason)
            <ul class="facts">\(Self.facts(report))\(tags)</ul>
            \(why)
            <div class="again"><span class="label">Run it again</span>\
            <code id="again">\(report.replayCommand)</code>\
            <button type="button" id="copy" aria-keyshortcuts="c" title="Copy \
            (c)">Copy</button></div>
            </header>
            """
    }

    /// Line breaks of an author stay line breaks; the style keeps them.
    private static func lines(_ text: String) -> HTML {
        let lines = text.split(separator: "\n").enumerated().map { place, line -> HTML in
            place == 0 ? "\(String(line))" : "\n\(String(line))"
        }
        return "\(lines)"
    }

    private static func facts(_ report: RunReport) -> [HTML] {
        let held = report.judged.count { $0.verdict == .pass }
        let requests = report.traffic.reduce(0) { $0 + $1.sent }
        let facts: [(String, String)] = [
            ("expectations", "\(held) of \(report.judged.count) held"),
            ("hosts", FigureText.count(report.hosts.count)),
            ("requests", FigureText.count(requests)),
            ("seed", String(report.started.seed)), ("world", report.started.world),
            ("took", "\(RunReport.seconds(report.wall))s"),
        ]
        return facts.map { name, value in
            "<li><span class=\"label\">\(name)</span> <b>\(value)</b></li>"
        }
    }

    /// The list of shortcuts that `?` opens.
    static let keys: HTML = """
        <dialog id="keys" aria-labelledby="keys-title">
        <h2 id="keys-title">Keys</h2>
        <table><tbody>
        <tr><th scope="row"><kbd>1</kbd> … <kbd>9</kbd></th><td>go to a section</td></tr>
        <tr><th scope="row"><kbd>j</kbd> <kbd>k</kbd></th><td>next and previous section</td></tr>
        <tr><th scope="row"><kbd>n</kbd></th><td>next chart</td></tr>
        <tr><th scope="row"><kbd>←</kbd> <kbd>→</kbd></th><td>move the cursor of a chart; \
        with <kbd>Shift</kbd> ten steps</td></tr>
        <tr><th scope="row"><kbd>Home</kbd> <kbd>End</kbd></th><td>its begin and its end</td></tr>
        <tr><th scope="row"><kbd>e</kbd></th><td>open and close all evidence</td></tr>
        <tr><th scope="row"><kbd>/</kbd></th><td>filter the logs</td></tr>
        <tr><th scope="row"><kbd>c</kbd></th><td>copy the command that runs it again</td></tr>
        <tr><th scope="row"><kbd>t</kbd></th><td>dark or light</td></tr>
        <tr><th scope="row"><kbd>?</kbd> <kbd>Esc</kbd></th><td>this list; close it</td></tr>
        </tbody></table>
        <form method="dialog"><button>Close</button></form>
        </dialog>
        """
}
