internal import SimModel

/// What nodes have thought of each other over time: a lane for each member and each link that was
/// not always well, and one for what happened to identities.
struct MeshLanes {
    private(set) var lanes: [LaneChart.Lane] = []

    init(_ report: RunReport, _ grid: TimeGrid) {
        lanes = Self.lanes(report.mesh.members, grid) + Self.lanes(report.mesh.links, grid)
        let marks = report.mesh.identities.prefix(TimeGrid.bucketLimit)
        guard !marks.isEmpty else { return }
        let width = max(1, (grid.end - grid.begin) / 400)
        lanes.append(
            LaneChart.Lane(
                name: "identities",
                segments: marks.map { mark in
                    LaneChart.Segment(
                        begin: mark.at, end: mark.at + width, kind: "changed",
                        text: "\(mark.text) at \(RunReport.instant(mark.at))")
                }))
    }

    private static func lanes(
        _ subjects: [MeshStory.Subject], _ grid: TimeGrid
    ) -> [LaneChart.Lane] {
        var lanes = subjects.prefix(TimelineSection.laneLimit).map { subject in
            LaneChart.Lane(
                name: subject.name,
                segments: subject.bands.prefix(TimeGrid.bucketLimit).compactMap { band in
                    let (begin, end) = (max(band.begin, grid.begin), min(band.end, grid.end))
                    guard begin < end else { return nil }
                    let who = TextLayout.listed(band.observers, width: 80)
                    return LaneChart.Segment(
                        begin: begin, end: end,
                        kind: band.state == .bad ? "down" : "suspect",
                        text: TimelineSection.words(band.word, band.begin, band.end)
                            + ", first to \(who)", label: band.word)
                })
        }
        let rest = subjects.count - lanes.count
        if rest > 0 { lanes.append(LaneChart.Lane(name: "and \(rest) more", segments: [])) }
        return lanes
    }
}
