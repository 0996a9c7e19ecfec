import CommyBase
import CommyWire
import Testing

@testable import CommyMesh

/// What links do in the background of calls.
struct NodeLinkTests {
    private static func peerSlot(_ node: borrowing Node) -> Int? {
        for slot in node.links.indices {
            if case .peer = node.links[slot].phase, node.links[slot].machine.isOpen { return slot }
        }
        return nil
    }

    private static func useUp(_ machine: inout LinkMachine) {
        machine.nextStream = StreamID(StreamID.greatest - (machine.side == .dialler ? 0 : 1))
    }

    @Test func `a link whose numbers are used up is replaced, and no call is lost`() throws {
        let (bed, caller, _) = NodeCallTests.service(1)
        let slot = try some(Self.peerSlot(bed.hosts[0].node))
        Self.useUp(&bed.hosts[0].node.links[slot].machine)
        let calls = (0..<40).map { number in
            var id: CallID?
            bed.after(.milliseconds(Int64(10 * number))) { bed in
                id = caller.call(bed, "orders", timeout: .seconds(1), idempotent: false)
            }
            return { id }
        }
        bed.run(for: .seconds(2))
        let outcomes = calls.map { call in call().flatMap { caller.outcome($0) } }
        // While the link is made anew there is none: those calls fail at once and were not sent.
        #expect(outcomes.first == .answered([1, 2, 3]))
        #expect(outcomes.suffix(20).allSatisfy { $0 == .answered([1, 2, 3]) }, "\(outcomes)")
        for outcome in outcomes where outcome != .answered([1, 2, 3]) {
            guard case .failed(_, .no) = outcome else {
                Issue.record("\(String(describing: outcome))")
                continue
            }
        }
        #expect(
            bed.events.contains {
                guard case .link(let note) = $0.event else { return false }
                return note.state == .down && note.reason == .peerShuttingDown
            })
        #expect(bed.hasConverged([0, 1]))
    }

    @Test func `a session whose numbers are used up ends politely`() {
        let (bed, caller, _) = NodeCallTests.service(1)
        Self.useUp(&caller.client.link)
        let last = caller.call(bed, "orders")
        let next = caller.call(bed, "orders")
        bed.run(for: .milliseconds(100))
        #expect(caller.outcome(last) == .answered([1, 2, 3]))
        #expect(caller.outcome(next) == .failed(.notAttached, .no))
        #expect(caller.detached?.code == .peerShuttingDown)
    }

    @Test func `a session to which the node can open no stream ends politely`() throws {
        let (bed, caller, servers) = NodeCallTests.service(1)
        let slot = try #require(
            bed.hosts[1].node.links.firstIndex { $0.phase == .session })
        Self.useUp(&bed.hosts[1].node.links[slot].machine)
        let call = caller.call(bed, "orders")
        bed.run(for: .milliseconds(100))
        #expect(caller.outcome(call) == .answered([1, 2, 3]))
        #expect(servers[0].isDraining)
        #expect(servers[0].detached?.code == .peerShuttingDown)
    }

    @Test func `a timeout of ages is a timeout`() {
        let (bed, caller, _) = NodeCallTests.service(1)
        let call = caller.call(bed, "orders", timeout: .seconds(Int64.max))
        bed.run(for: .milliseconds(20))
        #expect(caller.outcome(call) == .answered([1, 2, 3]))
    }

    /// A message of ten seconds is use of the link all the while. The line is fast enough that what
    /// is under way when it is cut keeps nobody from noticing.
    @Test func `silence is noticed soon in the middle of a long message`() {
        let (bed, caller, _) = NodeCallTests.service(1)
        bed.latency = .milliseconds(10)
        bed.bytesPerSecond = 1_500_000
        let body = [UInt8](repeating: 3, count: 15 << 20)
        let call = caller.call(bed, "orders", body, timeout: .seconds(100))
        bed.run(for: .seconds(7))
        #expect(caller.outcome(call) == nil)
        let cut = bed.now
        bed.cuts = [(from: 0, to: 1, network: -1), (from: 1, to: 0, network: -1)]
        bed.run(for: .seconds(4))
        let silences = bed.events.compactMap { event -> Duration? in
            guard case .link(let note) = event.event, note.state == .silent, event.at > cut else {
                return nil
            }
            return event.at - cut
        }
        #expect(silences.count == 2)
        #expect(silences.allSatisfy { $0 <= .milliseconds(1_000) }, "\(silences)")
    }
}
