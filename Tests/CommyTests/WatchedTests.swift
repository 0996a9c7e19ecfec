internal import CommyBase
internal import CommyMesh
internal import Testing

@testable import Commy

/// What watches make of the node's events.
@Suite struct WatchedTests {
    private let service = ServiceName("orders")

    @Test func `a node that was cut off and began anew is not stale for ever`() {
        var table = WatchedTable()
        for event in [WatchEvent.snapshot(resynchronised: false), .synchronised, .stale(true)] {
            table.take(event)
        }
        #expect(table.view?.isStale == true)
        table.detached()
        #expect(table.view?.isStale == true)
        table.take(.snapshot(resynchronised: false))
        table.take(.synchronised)
        #expect(table.view?.isStale == false)
    }

    @Test func `a report is stale while the node is cut off or gone`() throws {
        let report = DependencyReport(
            service: try #require(service), unmet: [], unmetBelow: [], isTruncated: false)
        var watched = WatchedReport()
        #expect(watched.view == nil)
        watched.take(.stale(true))
        watched.take(.dependencies(report))
        #expect(watched.view?.isStale == true && watched.view?.isMet == true)
        watched.take(.stale(false))
        #expect(watched.view?.isStale == false)
        watched.detached()
        #expect(watched.view?.isStale == true)
        watched.take(.dependencies(report))
        #expect(watched.view?.isStale == false)
    }
}
