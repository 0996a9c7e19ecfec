internal import Foundation
internal import SimModel

/// What a ring shows of zones: an arc around the hosts of each, and bundles of connections.
extension TopologySection {
    /// The hosts of one zone, which stand beside each other.
    private struct Arc {
        var zone: String
        var first: Int
        var last: Int
    }

    private var arcs: [Arc] {
        var arcs: [Arc] = []
        for number in graph.nodes.indices where !graph.nodes[number].isRouter {
            if let last = arcs.indices.last, arcs[last].zone == graph.nodes[number].zone {
                arcs[last].last = number
            } else {
                arcs.append(Arc(zone: graph.nodes[number].zone, first: number, last: number))
            }
        }
        return arcs
    }

    /// A point at an angle in degrees, as far from the centre as said.
    private func point(_ angle: Double, _ radius: Double) -> (Double, Double) {
        (
            layout.centre.x + radius * cos(angle * .pi / 180),
            layout.centre.y + radius * sin(angle * .pi / 180)
        )
    }

    var zoneArcs: [HTML] {
        guard !layout.hasBoxes else { return [] }
        let half = 180 / Double(max(1, graph.hostCount)) * 0.7
        return arcs.enumerated().map { order, arc -> HTML in
            let begin = layout.places[arc.first].angle - half
            let end = layout.places[arc.last].angle + half
            return zoneArc(arc.zone, from: begin, to: end, number: order)
        }
    }

    private func zoneArc(_ zone: String, from begin: Double, to end: Double, number: Int) -> HTML {
        let radius = layout.height / 2 - 22
        let (a, b) = (point(begin, radius), point(end, radius))
        let middle = point((begin + end) / 2, radius + 11)
        let large = end - begin > 180 ? 1 : 0
        let turn = (begin + end) / 2 + 90
        let isDown = sin((begin + end) / 2 * .pi / 180) > 0.1
        let rotation = isDown ? turn + 180 : turn
        return """
            <path class="arc zone-\(number % 6)" d="M\(a.0) \(a.1)A\(radius) \(radius) 0 \(large) \
            1 \(b.0) \(b.1)"/><text class="zone" x="\(middle.0)" y="\(middle.1)" \
            transform="rotate(\(rotation) \(middle.0) \(middle.1))" text-anchor="middle" \
            dominant-baseline="middle">\(zone)</text>

            """
    }

    /// Connections between two zones as one band, with what was lost on it.
    var bundles: [HTML] {
        var angles: [String: Double] = [:]
        for arc in arcs {
            angles[arc.zone] = (layout.places[arc.first].angle + layout.places[arc.last].angle) / 2
        }
        let all = graph.bundles
        let most = log10(Double(max(10, all.map(\.packets).max() ?? 0)))
        return all.map { bundle -> HTML in
            let a = point(angles[bundle.zones.low] ?? 0, layout.radius - 14)
            let b = point(angles[bundle.zones.high] ?? 0, layout.radius - 14)
            let share = log10(Double(max(1, bundle.packets))) / most
            let kind: HTML =
                bundle.faulty > 0 ? "faulty" : bundle.lost > 0 ? "lossy" : "used"
            let words =
                "\(bundle.zones.low) – \(bundle.zones.high): "
                + "\(FigureText.count(bundle.count, "connection")), "
                + "\(FigureText.count(Int(clamping: bundle.packets), "packet")), "
                + "\(FigureText.count(Int(clamping: bundle.lost))) lost"
                + (bundle.faulty > 0 ? ", \(bundle.faulty) changed by a fault" : "")
            let bend = ((a.0 + b.0) / 2 + layout.centre.x, (a.1 + b.1) / 2 + layout.centre.y)
            let middle = ((a.0 + b.0) / 4 + bend.0 / 4, (a.1 + b.1) / 4 + bend.1 / 4)
            return """
                <path class="bundle \(kind)" stroke-width="\(2 + 10 * share * share * share)" \
                d="M\(a.0) \(a.1)Q\(bend.0 / 2) \(bend.1 / 2) \(b.0) \(b.1)">\
                <title>\(words)</title>\
                </path><text class="zone" x="\(middle.0)" y="\(middle.1)" text-anchor="middle" \
                dominant-baseline="middle">\(lostText(bundle))</text>

                """
        }
    }

    private func lostText(_ bundle: TopologyGraph.Bundle) -> String {
        bundle.lost > 0 ? "\(FigureText.count(Int(clamping: bundle.lost))) lost" : ""
    }
}
