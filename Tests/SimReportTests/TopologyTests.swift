import SimModel
import Testing

@testable import SimReport

/// The drawing of hosts and links.
struct TopologyTests {
    @Test func `both directions of a link are one edge with the packets of both`() throws {
        let report = try #require(RunReport(SampleRun.failing))
        let graph = TopologyGraph(report)
        #expect(graph.nodes.map(\.name) == ["web", "client"])
        let edge = try #require(graph.edges.first)
        #expect(graph.edges.count == 1 && edge.packets == 200 && edge.lost == 31 && edge.isFaulty)
        #expect(edge.conditions == ["latency 5ms, loss 0.1%"])
    }

    @Test func `what a partition stops is drawn as changed, although no link is`() throws {
        var events = SampleRun.passing
        let hosts = ["a", "b", "c"]
        let pairs = [("a", "b"), ("a", "c")]
        let begin = events[0].at
        for host in hosts {
            let up = HostUp(host: host, zone: "", addresses: [])
            events.append(RunEvent(at: begin, fact: .hostUp(up)))
        }
        for (from, to) in pairs {
            let up = LinkUp(link: "\(from)>\(to)", from: from, to: to, conditions: "ideal")
            events.append(RunEvent(at: begin, fact: .linkUp(up)))
        }
        let split = FaultTransition(
            fault: "split", verb: "partition", targets: ["a>b", "b>a", "b>c", "c>b"])
        events.append(RunEvent(at: begin, fact: .faultStarted(split)))
        let graph = TopologyGraph(try #require(RunReport(events)))
        let faulty = graph.edges.filter(\.isFaulty).map { graph.nodes[$0.to].name }
        #expect(faulty.contains("b") && !faulty.contains("c"))
    }

    @Test func `hosts of a zone stand beside each other, and every place is in the drawing`() throws
    {
        let report = try #require(RunReport(LongRun(seconds: 1).events))
        let graph = TopologyGraph(report)
        let layout = TopologyLayout(graph)
        #expect(graph.hostCount == 50 && !layout.hasBoxes && graph.edges.count == 1_225)
        for place in layout.places {
            #expect(place.x >= 0 && place.x <= layout.width)
            #expect(place.y >= 0 && place.y <= layout.height)
        }
        let zones = graph.nodes.map(\.zone)
        let changes = zip(zones, zones.dropFirst()).count { $0 != $1 }
        #expect(changes == 4, "five zones, each in one piece")
        #expect(graph.bundles.count == 10)
        let links = graph.bundles.reduce(0) { $0 + $1.count }
        #expect(links == 10 * 100, "ten pairs of zones with ten hosts each")
    }

    @Test(arguments: [1, 2, 3, 5, 12])
    func `boxes of few hosts do not lie on each other`(count: Int) throws {
        var events = Array(SampleRun.passing.prefix(1))
        for number in 0..<count {
            events.append(
                RunEvent(
                    at: events[0].at,
                    fact: .hostUp(HostUp(host: "web-\(number)", zone: "eu/a", addresses: []))))
        }
        let graph = TopologyGraph(try #require(RunReport(events)))
        let layout = TopologyLayout(graph)
        #expect(layout.hasBoxes && layout.places.count == count)
        for (index, one) in layout.places.enumerated() {
            for other in layout.places.dropFirst(index + 1) {
                let isApart = abs(one.x - other.x) >= 64 || abs(one.y - other.y) >= 41
                #expect(isApart, "\(one) \(other)")
            }
        }
    }

    @Test func `a link between routers makes nodes of them`() throws {
        var events = SampleRun.passing
        let router = LinkUp(link: "web>core", from: "web", to: "core", conditions: "ideal")
        events.append(RunEvent(at: events[0].at, fact: .linkUp(router)))
        let graph = TopologyGraph(try #require(RunReport(events)))
        #expect(graph.nodes.last == TopologyGraph.Node(name: "core", zone: "", isRouter: true))
        #expect(graph.hostCount == 2)
    }
}
