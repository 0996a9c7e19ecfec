import CommyBase
import CommyWire
import Testing

@testable import CommyMesh

struct EmbeddedNodeTests {
    /// Drains, answers every request by its own bytes, and returns what sessions were told.
    static func drain(
        _ embedded: inout EmbeddedNode, at now: MeshInstant
    ) -> [SessionOutput] {
        var told: [SessionOutput] = []
        while true {
            switch embedded.nextOutput() {
            case .wait: return told
            case .node: continue
            case .session(let number, let output):
                told.append(output)
                guard case .request(let request) = output else { continue }
                embedded.withSession(number, at: now) {
                    unsafe $0.answer(request.id, body: request.body.span.bytes, at: now)
                }
            }
        }
    }

    @Test func `sessions in the node's own process call each other without a socket`() throws {
        let now = MeshInstant.zero
        var embedded = EmbeddedNode(
            NodeConfiguration(
                mesh: MeshBed.mesh, name: NodeName("solo")!, life: 1,
                random: RandomKey(seed: 1)),
            credentials: SessionCredentials(processID: 1, userID: 0, groupID: 0), at: now)
        let server = embedded.attach(
            SessionConfiguration(random: RandomKey(seed: 2)), at: now)
        let caller = embedded.attach(
            SessionConfiguration(random: RandomKey(seed: 3)), at: now)
        let offer = try ServiceOffer(service: ServiceName("orders")!)
        _ = embedded.withSession(server, at: now) { $0.register(offer, at: now) }
        _ = Self.drain(&embedded, at: now)
        let body: [UInt8] = [1, 2, 3]
        let call = try #require(
            embedded.withSession(caller, at: now) {
                unsafe $0.call(
                    CallRequest(service: ServiceName("orders")!), body: body.span.bytes, at: now)
            })
        let told = Self.drain(&embedded, at: now)
        #expect(told.contains(.answered(call, Answer(body: body))))
        embedded.withSession(server, at: now) { $0.leave(at: now) }
        let after = Self.drain(&embedded, at: now)
        #expect(after.contains { if case .detached = $0 { true } else { false } })
        let entries = embedded.node.catalog.entryCount
        #expect(entries == 0)
        // Nothing of it is kept, and its number names no other session.
        let isGone = embedded.withSession(server, at: now) { _ in true } == nil
        #expect(isGone)
        let next = embedded.attach(SessionConfiguration(random: RandomKey(seed: 4)), at: now)
        #expect(next != server && next != caller)
        let isThere = embedded.withSession(caller, at: now) { $0.isAttached }
        #expect(isThere == true)
        embedded.node.checkInvariants()
    }
}
