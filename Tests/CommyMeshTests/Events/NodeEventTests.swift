import CommyBase
import CommyWire
import Testing

@testable import CommyMesh

struct NodeEventTests {
    static let peer = NodeName("orders-1")!
    static let rows: [(NodeEvent, String)] = [
        (
            .started(node: peer, mesh: MeshName("test")!, life: 255),
            "@commy started node=orders-1 mesh=test life=00000000000000ff"
        ),
        (.stopping(node: peer), "@commy stopping node=orders-1"),
        (.joined(peer: peer), "@commy joined peer=orders-1"),
        (
            .member(peer: peer, state: .suspect, incarnation: 3),
            "@commy member peer=orders-1 state=suspect incarnation=3"
        ),
        (
            .view(members: 3, alive: 2, hash: 1),
            "@commy view members=3 alive=2 hash=0000000000000001"
        ),
        (
            .catalog(version: 4, entries: 5, hash: 6),
            "@commy catalog version=4 entries=5 hash=0000000000000006"
        ),
        (
            .service(
                name: ServiceName("orders")!,
                instance: InstanceID(node: NodeID(value: 10), number: 2), state: .draining,
                owner: peer),
            "@commy service name=orders instance=000000000000000a/2 state=draining owner=orders-1"
        ),
        (
            .link(
                NodeEvent.LinkNote(
                    peer: peer, state: .down, direction: .outward,
                    path: NetworkAddress("10.0.0.2:7400")!, reason: .connectionLost,
                    roundTrip: .microseconds(1_250))),
            "@commy link peer=orders-1 state=down direction=out path=10.0.0.2:7400 "
                + "reason=connectionLost rtt_us=1250"
        ),
        (
            .refused(peer: "10.0.0.9:1", code: .certificateExpired, detail: "ended 100% ago"),
            "@commy refused peer=10.0.0.9:1 code=certificateExpired detail=ended%20100%25%20ago"
        ),
        (
            .route(
                NodeEvent.RouteNote(
                    call: CorrelationID(high: 1, low: 2), service: ServiceName("orders")!,
                    method: MethodName("place")!,
                    instance: InstanceID(node: NodeID(value: 10), number: 2), node: peer,
                    rule: "local", attempt: 1, transport: .local)),
            "@commy route call=00000000000000010000000000000002 service=orders method=place "
                + "instance=000000000000000a/2 node=orders-1 rule=local attempt=1 transport=local"
        ),
        (
            .request(
                NodeEvent.RequestNote(
                    call: CorrelationID(high: 1, low: 2), service: ServiceName("orders")!,
                    failure: .deadlineExceeded, node: nil, from: peer,
                    latency: .milliseconds(3))),
            "@commy request call=00000000000000010000000000000002 service=orders outcome=error "
                + "code=deadlineExceeded from=orders-1 latency_us=3000"
        ),
        (
            .broken(rule: "credit", detail: "\u{e4}"), "@commy broken rule=credit detail=%C3%A4"
        ),
    ]

    @Test(arguments: rows.indices)
    func `an event has one line`(_ row: Int) {
        #expect(Self.rows[row].0.line == Self.rows[row].1)
    }

    @Test func `a row is JSON`() {
        var row = JSONRow()
        row.add("text", "a\"b\\c\nd")
        row.add("number", -3)
        row.add("truth", true)
        row.add("list", ["x", "y"])
        #expect(
            row.text == #"{"text":"a\"b\\c\u000ad","number":-3,"truth":true,"list":["x","y"]}"#)
    }
}
