internal import SimModel

/// A drawing over time: bands of the faults, a grid, whatever is drawn on it, and the axis.
///
/// Places are percentages of the width, and curves are stretched: the text keeps its size on a
/// narrow screen and on a wide one.
struct TimeChart {
    /// A line across, with its label: `place` from 0 (bottom) to 1 (top).
    struct Level {
        var place: Double
        var label: String
    }

    /// One curve or area, in units of half buckets across and thousandths down.
    struct Shape {
        var name: String
        var path: String
    }

    let grid: TimeGrid
    var title: String
    var height: Int
    var levels: [Level] = []
    var shapes: [Shape] = []
    var faults: [FaultStory] = []
    var hasAxis = true
    /// The number of its values in `ChartData`.
    var number: Int?

    func html(_ className: HTML = "") -> HTML {
        let axisHeight = hasAxis ? 20 : 0
        let number: HTML = number.map { " data-chart=\"\($0)\"" } ?? .empty
        let focus: HTML = self.number == nil ? .empty : " tabindex=\"0\""
        return """
            <div class="chart \(className)"\(number)\(focus) role="group" aria-label="\(title)">
            <svg class="scale" height="\(height + axisHeight)" aria-hidden="true">\
            \(levels.map(label))</svg>
            <div class="plot"><svg class="area" width="100%" height="\(height + axisHeight)" \
            role="img" aria-label="\(title)">\(bands)\(lines)\
            <svg x="0" y="0" width="100%" height="\(height)" viewBox="0 0 \(grid.count * 2) 1000" \
            preserveAspectRatio="none">\(paths)</svg>\(axis)</svg>\
            <div class="cursor" hidden></div></div>
            <output class="readout"></output>
            </div>

            """
    }

    private func y(_ place: Double) -> Double { Double(height) * (1 - place) }

    private func label(_ level: Level) -> HTML {
        """
        <text x="100%" dx="-6" y="\(min(max(y(level.place), 7), Double(height) - 2))" \
        text-anchor="end" dominant-baseline="middle">\(level.label)</text>
        """
    }

    private var lines: [HTML] {
        levels.map { level in
            let y = y(level.place)
            return "<line class=\"level\" x1=\"0\" x2=\"100%\" y1=\"\(y)\" y2=\"\(y)\"/>"
        }
    }

    private var bands: [HTML] { Self.bands(of: faults, on: grid, height: height) }

    private var paths: [HTML] {
        shapes.map { "<path class=\"\($0.name)\" d=\"\($0.path)\"/>" }
    }

    private var axis: HTML {
        hasAxis ? Self.axis(of: grid, top: Double(height)) : .empty
    }

    /// The times of faults as bands with a tooltip.
    static func bands(of faults: [FaultStory], on grid: TimeGrid, height: Int) -> [HTML] {
        faults.map { fault in
            let from = grid.percent(fault.begin)
            let width = max(0.15, grid.percent(fault.end ?? grid.end) - from)
            return """
                <rect class="band" x="\(from)%" width="\(width)%" y="0" height="\(height)">\
                <title>\(fault.name) (\(fault.verb))</title></rect>
                """
        }
    }

    /// Ticks and times below a drawing.
    static func axis(of grid: TimeGrid, top: Double) -> HTML {
        let ticks = grid.ticks().map { tick -> HTML in
            let x = grid.percent(tick)
            let anchor: HTML = x > 96 ? "end" : x < 2 ? "start" : "middle"
            return """
                <line class="tick" x1="\(x)%" x2="\(x)%" y1="\(top)" y2="\(top + 4)"/>\
                <text x="\(x)%" y="\(top + 15)" \
                text-anchor="\(anchor)">\(TimeGrid.label(tick))</text>
                """
        }
        return """
            <line class="tick" x1="0" x2="100%" y1="\(top)" y2="\(top)"/>\(ticks)
            """
    }
}
