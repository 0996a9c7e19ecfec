internal import Foundation

/// Places for the nodes of a topology: hosts on an ellipse, zone beside zone, routers inside.
///
/// With up to `boxLimit` hosts each is a box with its name; with more each is a dot, and its name
/// stands outside the ring, so that the chords between them stay free.
struct TopologyLayout {
    static let boxLimit = 12

    /// Where a node is; `angle` in degrees, 0 to the right, clockwise.
    struct Place: Equatable {
        var x: Double
        var y: Double
        var angle: Double
    }

    let width: Double
    let height: Double
    let hasBoxes: Bool
    let places: [Place]
    let centre: Place
    /// Distance of the dots from the centre.
    let radius: Double

    init(_ graph: TopologyGraph) {
        let hosts = graph.hostCount
        hasBoxes = hosts <= Self.boxLimit
        width = hasBoxes ? (hosts <= 2 ? 560 : 760) : 900
        let longest = graph.nodes.filter { !$0.isRouter }.map(\.name.count).max() ?? 0
        let margin = Double(min(longest, 24)) * 7 + 40
        // Dots need about 16 units each on the ring; a ring of many hosts is as wide as it may be.
        radius = hasBoxes ? 0 : min(450 - margin, max(230, Double(hosts) * 16 / (2 * .pi)))
        height = hasBoxes ? (hosts <= 2 ? 130 : hosts <= 4 ? 280 : 360) : (radius + margin) * 2
        let middle = Place(x: width / 2, y: height / 2, angle: 0)
        centre = middle
        let across = hasBoxes ? width / 2 - margin - 10 : radius
        let down = hasBoxes ? (hosts <= 2 ? 0 : height / 2 - 40) : radius
        let routers = graph.nodes.count - hosts
        var host = 0
        var router = 0
        var all: [Place] = []
        for node in graph.nodes {
            let share =
                node.isRouter
                ? Double(router) / Double(max(1, routers)) : Double(host) / Double(max(1, hosts))
            // Two hosts stand beside each other; more begin at the top.
            let start = hosts == 2 ? 180.0 : -90.0
            let angle = start + share * 360
            let (x, y) = (cos(angle * .pi / 180), sin(angle * .pi / 180))
            let scale = node.isRouter ? (routers == 1 ? 0 : 0.45) : hosts == 1 ? 0 : 1
            let drop = node.isRouter && hosts == 2 ? 40.0 : 0
            all.append(
                Place(
                    x: middle.x + across * scale * x, y: middle.y + down * scale * y + drop,
                    angle: angle))
            if node.isRouter { router += 1 } else { host += 1 }
        }
        places = all
    }

    /// A point of an edge: 0 at its begin, 1 at its end.
    func point(_ from: Int, _ to: Int, _ share: Double) -> Place {
        let (a, b) = (places[from], places[to])
        return Place(x: a.x + (b.x - a.x) * share, y: a.y + (b.y - a.y) * share, angle: 0)
    }
}
