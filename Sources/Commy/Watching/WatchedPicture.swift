internal import CommyMesh

/// The picture of one watch: its reader gets it whole whenever it has changed.
struct WatchedPicture {
    let reader: WatchReader
    // Of the two only the one that the reader wants is ever filled.
    private var table = WatchedTable()
    private var shownTable: ServiceView?
    private var report = WatchedReport()
    private var shownReport: DependencyView?

    init(_ reader: WatchReader) { self.reader = reader }

    mutating func take(_ events: [WatchEvent]) {
        for event in events {
            switch reader {
            case .instances: table.take(event)
            case .dependencies: report.take(event)
            }
        }
        show()
    }

    /// The session is gone.
    mutating func detached() {
        table.detached()
        report.detached()
        show()
    }

    private mutating func show() {
        switch reader {
        case .instances(let stream):
            guard let view = table.view, view != shownTable else { return }
            shownTable = view
            stream.yield(view)
        case .dependencies(let stream):
            guard let view = report.view, view != shownReport else { return }
            shownReport = view
            stream.yield(view)
        }
    }
}
