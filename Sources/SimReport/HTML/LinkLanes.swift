internal import SimModel

/// What faults did to links over time. Links with the same story share a lane: a partition of fifty
/// hosts is one, not a thousand.
struct LinkLanes {
    private(set) var lanes: [LaneChart.Lane] = []

    init(_ report: RunReport, _ grid: TimeGrid) {
        var order: [String] = []
        var stories: [String: [RunReport.Change]] = [:]
        for change in report.changes {
            if stories[change.link] == nil { order.append(change.link) }
            stories[change.link, default: []].append(change)
        }
        let own = Dictionary(
            report.paths.map { ($0.link, $0.conditions) }, uniquingKeysWith: { first, _ in first })
        var groups: [(links: [String], segments: [LaneChart.Segment])] = []
        for link in order {
            let segments = Self.segments(stories[link] ?? [], own[link], report, grid)
            if let place = groups.firstIndex(where: { $0.segments == segments }) {
                groups[place].links.append(link)
            } else {
                groups.append(([link], segments))
            }
        }
        lanes = groups.prefix(TimelineSection.laneLimit).map { group in
            let count = FigureText.count(group.links.count, "link")
            return LaneChart.Lane(
                name: group.links.count == 1 ? group.links[0] : count,
                detail: TextLayout.listed(group.links, width: 120), segments: group.segments)
        }
        let rest = groups.count - lanes.count
        if rest > 0 {
            lanes.append(LaneChart.Lane(name: "and \(rest) more links", segments: []))
        }
    }

    /// The times in which a link was not as the topology says.
    private static func segments(
        _ story: [RunReport.Change], _ own: String?, _ report: RunReport, _ grid: TimeGrid
    ) -> [LaneChart.Segment] {
        story.enumerated().compactMap { place, change in
            let end = place + 1 < story.count ? story[place + 1].at : grid.end
            guard change.at < end else { return nil }
            let isHealed = change.conditions == (own ?? healed(story, report))
            guard !isHealed else { return nil }
            return LaneChart.Segment(
                begin: milliseconds(change.at), end: milliseconds(end),
                kind: change.conditions == "cut" ? "cut" : "changed",
                text: TimelineSection.words(
                    change.conditions, milliseconds(change.at), milliseconds(end)),
                label: change.conditions)
        }
    }

    /// What a link was healed to, for a log that does not say what it had at first; nil when it was
    /// not healed.
    private static func healed(_ story: [RunReport.Change], _ report: RunReport) -> String? {
        guard let last = story.last, last.conditions != "cut" else { return nil }
        // Entries of one instant are microseconds apart, in any order.
        let isOver = report.faults.allSatisfy { fault in
            fault.begin > last.at || (fault.end ?? .max) <= last.at + 10_000_000
        }
        return isOver ? last.conditions : nil
    }

    /// Links that change together do so within microseconds of each other.
    private static func milliseconds(_ instant: Int64) -> Int64 { instant / 1_000_000 * 1_000_000 }
}
