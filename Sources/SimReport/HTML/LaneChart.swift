internal import SimModel

/// Subjects below each other, each with a bar over time.
struct LaneChart {
    /// A part of a bar.
    struct Segment: Equatable {
        var begin: Int64
        var end: Int64
        /// Word of the page's style.
        var kind: String
        /// Shown when the pointer is on it.
        var text: String
        /// Written into the bar.
        var label = ""
    }

    /// One subject.
    struct Lane {
        var name: String
        /// What the name stands for; shown when the pointer is on it.
        var detail = ""
        var segments: [Segment]
    }

    let grid: TimeGrid
    var title: String
    var lanes: [Lane]
    var faults: [FaultStory]

    /// Empty without lanes.
    var html: HTML {
        guard !lanes.isEmpty else { return .empty }
        return """
            <div class="chart lanes" tabindex="0" role="group" aria-label="\(title)" data-spans \
            data-begin="\(grid.begin)" data-end="\(grid.end)">
            \(lanes.map(row))
            <div class="lane axis"><span class="name"></span><svg width="100%" height="20" \
            aria-hidden="true">\(TimeChart.axis(of: grid, top: 1))</svg></div>
            <div class="overlay plot"><div class="cursor" hidden></div></div>
            <output class="readout"></output>
            </div>

            """
    }

    private func row(_ lane: Lane) -> HTML {
        let title = lane.detail.isEmpty ? lane.name : lane.detail
        return """
            <div class="lane"><span class="name" title="\(title)">\(lane.name)</span>\
            <svg width="100%" height="20" role="img" aria-label="\(spoken(lane))">\
            \(TimeChart.bands(of: faults, on: grid, height: 20))\
            \(lane.segments.map(bar))</svg></div>

            """
    }

    private func bar(_ segment: Segment) -> HTML {
        let from = grid.percent(segment.begin)
        let width = max(0.25, grid.percent(segment.end) - from)
        let label: HTML =
            segment.label.isEmpty || width < Double(segment.label.count)
            ? .empty
            : """
            <text x="\(from + width / 2)%" y="14" text-anchor="middle">\(segment.label)</text>
            """
        return """
            <rect class="bar \(segment.kind)" x="\(from)%" width="\(width)%" y="3" height="14" \
            rx="2"><title>\(segment.text)</title></rect>\(label)
            """
    }

    /// What somebody hears who does not see the bar.
    private func spoken(_ lane: Lane) -> String {
        let parts = lane.segments.prefix(12).map(\.text)
        let rest = lane.segments.count - parts.count
        return lane.name + ": " + parts.joined(separator: "; ") + (rest > 0 ? "; and more" : "")
    }
}
