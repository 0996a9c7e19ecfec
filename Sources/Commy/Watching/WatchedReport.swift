internal import CommyBase
internal import CommyMesh

/// What one watch of dependencies shows, kept from the node's events.
struct WatchedReport {
    private var report: DependencyReport?
    private var isNodeStale = false
    /// The session is gone.
    private var isDetached = false

    /// What a reader should see now; nil before the first report.
    var view: DependencyView? {
        report.map { report in
            DependencyView(
                service: report.service.text, unmet: report.unmet.map(\.text),
                unmetBelow: report.unmetBelow.map(\.text), isTruncated: report.isTruncated,
                isStale: isNodeStale || isDetached)
        }
    }

    mutating func detached() {
        isDetached = true
        // The next session says it anew, before its first report, if it is so.
        isNodeStale = false
    }

    mutating func take(_ event: WatchEvent) {
        switch event {
        case .dependencies(let new):
            report = new
            isDetached = false
        case .stale(let isStale): isNodeStale = isStale
        // Only watches of instances have these.
        case .snapshot, .present, .absent, .synchronised: return
        }
    }
}
