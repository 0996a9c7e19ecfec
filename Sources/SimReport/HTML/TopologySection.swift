internal import Foundation
internal import SimModel

/// The drawing of the hosts and of the packets between them.
struct TopologySection {
    /// A ring with more connections than this shows those between zones as one each, and the
    /// others of the host that is pointed at.
    static let denseLimit = 150

    let graph: TopologyGraph
    let layout: TopologyLayout

    init(_ report: RunReport) {
        graph = TopologyGraph(report)
        layout = TopologyLayout(graph)
    }

    /// Empty for a run that did not come to hosts.
    var html: HTML {
        guard !graph.nodes.isEmpty else { return .empty }
        let name =
            "\(FigureText.count(graph.hostCount, "host")), "
            + "\(FigureText.count(graph.edges.count, "connection"))"
        return """
            <ul class="legend lines"><li class="used">packets (the more, the wider)</li>\
            <li class="lossy">packets were lost</li><li class="faulty">changed by a fault</li>\
            <li class="idle">no packets</li></ul>
            <div class="scroll" tabindex="0" role="region" aria-label="Drawing of the topology">
            <svg class="topology \(kind)" \
            viewBox="0 0 \(layout.width) \(layout.height)" role="group" aria-label="\(name)">
            \(zoneArcs)
            <g class="bundles">\(isDense ? bundles : [])</g>
            <g class="edges">\(drawnEdges.map(edge))</g>
            <g class="labels">\(labels)</g>
            <g class="nodes">\(graph.nodes.indices.map(node))</g>
            </svg></div>
            <p id="topology-detail" class="detail" role="status">\(hint)Point at a host, or move \
            to it with the Tab key, to see its links.</p>

            """
    }

    private var hint: HTML {
        isDense ? "The connections between two zones are drawn as one. " : .empty
    }

    private var kind: HTML {
        guard !layout.hasBoxes else { return graph.hostCount <= 2 ? "boxes pair" : "boxes" }
        return isDense ? "ring dense" : "ring"
    }

    /// A bundle needs two zones.
    private var isDense: Bool {
        !layout.hasBoxes && graph.edges.count > Self.denseLimit && !graph.bundles.isEmpty
    }

    /// What matters is drawn last, on top.
    private var drawnEdges: [TopologyGraph.Edge] {
        let used = graph.edges.filter { layout.hasBoxes || $0.packets > 0 || $0.isFaulty }
        return used.sorted { weight($0) < weight($1) }
    }

    private func weight(_ edge: TopologyGraph.Edge) -> UInt64 {
        (edge.isFaulty ? 1 << 62 : 0) + min(edge.lost, 1 << 30) << 31 + min(edge.packets, 1 << 30)
    }

    private func edge(_ edge: TopologyGraph.Edge) -> HTML {
        let (a, b) = (layout.places[edge.from], layout.places[edge.to])
        let names = (graph.nodes[edge.from].name, graph.nodes[edge.to].name)
        let width = edge.packets == 0 ? 1 : 1 + min(5, log10(Double(edge.packets)) * 0.9)
        let share = layout.hasBoxes ? width : width * 0.5
        let words = words(of: edge)
        // In a ring, chords bend to the middle: neighbours' links do not hide behind the dots.
        let middle = layout.point(edge.from, edge.to, 0.5)
        let bend = layout.hasBoxes ? 0 : 0.45
        let x = middle.x + (layout.centre.x - middle.x) * bend
        let y = middle.y + (layout.centre.y - middle.y) * bend
        return """
            <path class="edge \(kind(edge))" data-a="\(names.0)" data-b="\(names.1)" \
            data-words="\(words)" stroke-width="\(share)" \
            d="M\(a.x) \(a.y)Q\(x) \(y) \(b.x) \(b.y)"><title>\(names.0) – \(names.1): \
            \(words)</title></path>

            """
    }

    func kind(_ edge: TopologyGraph.Edge) -> HTML {
        if edge.isFaulty { return edge.lost > 0 ? "faulty lossy" : "faulty" }
        if edge.lost > 0 { return "lossy" }
        return edge.packets > 0 ? "used" : "idle"
    }

    private func words(of edge: TopologyGraph.Edge) -> String {
        var parts = edge.conditions.filter { $0 != "ideal" }
        parts.append(FigureText.count(Int(clamping: edge.packets), "packet"))
        if edge.lost > 0 { parts.append("\(FigureText.count(Int(clamping: edge.lost))) lost") }
        if edge.isFaulty { parts.append("changed by a fault") }
        return parts.joined(separator: ", ")
    }

    /// Conditions and losses beside the edges, where there is room for them.
    private var labels: [HTML] {
        guard layout.hasBoxes else { return [] }
        var taken = graph.nodes.indices.map(box)
        return drawnEdges.reversed().flatMap { edge -> [HTML] in
            var texts: [(kind: HTML, text: String)] = edge.conditions.filter { $0 != "ideal" }
                .prefix(2).map { ("", $0) }
            if edge.lost > 0 {
                texts.append(("bad", "\(FigureText.count(Int(clamping: edge.lost))) lost"))
            }
            guard !texts.isEmpty, edge.packets > 0 || edge.isFaulty else { return [] }
            let width = Double(texts.map(\.text.count).max() ?? 0) * 6.6 + 8
            let height = Double(texts.count) * 15
            for share in [0.5, 0.4, 0.6, 0.3, 0.7] {
                let at = layout.point(edge.from, edge.to, share)
                let room = Box(
                    x: at.x - width / 2, y: at.y - height / 2, width: width, height: height)
                if taken.contains(where: room.meets) { continue }
                taken.append(room)
                return texts.enumerated().map { row, line -> HTML in
                    """
                    <text class="\(line.kind)" x="\(at.x)" y="\(room.y + 12 + Double(row) * 15)" \
                    text-anchor="middle">\(line.text)</text>
                    """
                }
            }
            return []
        }
    }

    private func node(_ number: Int) -> HTML {
        let node = graph.nodes[number]
        let place = layout.places[number]
        let kind: HTML = node.isRouter ? "node router" : "node"
        let zone = node.zone.isEmpty ? "" : ", zone \(node.zone)"
        let what = node.isRouter ? "router" : "host"
        return """
            <g class="\(kind)" tabindex="0" role="img" data-node="\(node.name)" \
            aria-label="\(what) \(node.name)\(zone)">\
            \(layout.hasBoxes || node.isRouter ? boxed(node, number) : dot(node, place))</g>

            """
    }

    private func boxed(_ node: TopologyGraph.Node, _ number: Int) -> HTML {
        let place = layout.places[number]
        let box = box(number)
        let hasZone = !node.zone.isEmpty && layout.hasBoxes
        let zone: HTML =
            hasZone
            ? """
            <text class="zone" x="\(place.x)" y="\(place.y + 13)" \
            text-anchor="middle">\(node.zone)</text>
            """
            : .empty
        return """
            <rect x="\(box.x)" y="\(box.y)" width="\(box.width)" height="\(box.height)" rx="6"/>\
            <text x="\(place.x)" y="\(hasZone ? place.y - 2 : place.y + 4)" \
            text-anchor="middle">\(node.name)</text>\(zone)
            """
    }

    private func dot(_ node: TopologyGraph.Node, _ place: TopologyLayout.Place) -> HTML {
        let turn = (place.angle + 360).truncatingRemainder(dividingBy: 360)
        let isLeft = turn > 90 && turn < 270
        let distance = layout.radius + 12
        let x = layout.centre.x + distance * cos(place.angle * .pi / 180)
        let y = layout.centre.y + distance * sin(place.angle * .pi / 180)
        let rotation = isLeft ? place.angle + 180 : place.angle
        return """
            <circle cx="\(place.x)" cy="\(place.y)" r="5"/>\
            <text x="\(x)" y="\(y)" transform="rotate(\(rotation) \(x) \(y))" \
            text-anchor="\(isLeft ? "end" : "start")" dominant-baseline="middle">\
            \(String(node.name.prefix(24)))</text>
            """
    }

    /// The room of a node.
    private func box(_ number: Int) -> Box {
        let node = graph.nodes[number]
        let place = layout.places[number]
        let letters = max(node.name.count, layout.hasBoxes ? node.zone.count : 0)
        let width = max(56, Double(letters) * 7.6 + 22)
        let height = node.zone.isEmpty || !layout.hasBoxes ? 28.0 : 40
        return Box(x: place.x - width / 2, y: place.y - height / 2, width: width, height: height)
    }

    /// A rectangle that something is drawn in.
    private struct Box {
        var x: Double
        var y: Double
        var width: Double
        var height: Double

        func meets(_ other: Box) -> Bool {
            x < other.x + other.width && other.x < x + width && y < other.y + other.height
                && other.y < y + height
        }
    }
}
