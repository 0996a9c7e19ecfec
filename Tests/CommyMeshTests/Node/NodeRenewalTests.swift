import CommyBase
import Testing

@testable import CommyMesh

/// Links outlive the handshake that has judged their certificates; what ends meanwhile ends them.
struct NodeRenewalTests {
    private let old = NodeTrustTests.anchor(1)
    private let new = NodeTrustTests.anchor(2)

    /// Three nodes with certificates that end at 1000; `n2` serves, and `n0` calls all the time.
    final class Stage {
        let bed: MeshBed
        let caller: BedClient

        init(ends: [Int64] = [9_000, 9_000, 1_000]) {
            bed = MeshBed(seed: 11)
            for index in 0..<3 {
                bed.bundles[index] = [NodeTrustTests.anchor(1)]
                bed.certificates[index] = (ends[index], NodeTrustTests.anchor(1).fingerprint)
                bed.addHost("n\(index)", seeds: index == 0 ? [] : ["n0"])
                bed.hosts[index].node.command(
                    .anchorsLoaded([NodeTrustTests.anchor(1)]), at: bed.now)
                bed.drain(.node(index))
            }
            #expect(bed.run(atMost: .seconds(5)) { $0.hasConverged([0, 1, 2]) })
            bed.attach(2).register(bed, "orders")
            caller = bed.attach(0)
            bed.tellWallClock(500)
            bed.run(for: .seconds(30))
        }

        /// A call every 50 ms.
        func callFor(_ span: Duration) {
            let end = bed.now + span
            while bed.now < end {
                caller.call(bed, "orders")
                bed.run(for: .milliseconds(50))
            }
            bed.run(for: .seconds(1))
        }

        var failures: Int {
            caller.calls.values.count { $0.outcome != .answered([1, 2, 3]) }
        }

        /// Links of one host with another, as events.
        func links(of host: Int, with peer: String, _ state: NodeEvent.LinkNote.State)
            -> [ErrorCode?]
        {
            bed.events.compactMap { _, at, event in
                guard case .link(let note) = event, at == host, note.peer.text == peer,
                    note.state == state
                else { return nil }
                return note.reason
            }
        }

        var hasBeenSuspect: Bool {
            bed.events.contains { _, _, event in
                if case .member(_, .alive, _) = event { return false }
                if case .member = event { return true }
                return false
            }
        }
    }

    @Test func `a link whose certificate has ended is made anew, and no request notices`() {
        let stage = Stage()
        let bed = stage.bed
        let before = stage.links(of: 0, with: "n2", .up).count
        // The operator has renewed it in time.
        bed.certificates[2]?.end = 9_000
        stage.callFor(.seconds(2))
        #expect(stage.links(of: 0, with: "n2", .up).count == before, "nothing has ended yet")
        bed.tellWallClock(1_000)
        stage.callFor(.seconds(15))
        #expect(stage.links(of: 0, with: "n2", .up).count == before + 1)
        #expect(stage.links(of: 1, with: "n2", .down) == [.certificateExpired])
        #expect(stage.links(of: 0, with: "n1", .down).isEmpty, "that one is good")
        #expect(stage.failures == 0)
        #expect(!stage.hasBeenSuspect)
        bed.tellWallClock(1_060)
        stage.callFor(.seconds(12))
        #expect(stage.links(of: 0, with: "n2", .up).count == before + 1, "once is enough")
    }

    @Test func `who has no other certificate loses its links, and nobody else does`() {
        let stage = Stage()
        let bed = stage.bed
        bed.tellWallClock(1_000)
        bed.run(for: .seconds(45))
        for host in 0...1 {
            #expect(stage.links(of: host, with: "n2", .down) == [.certificateExpired])
            #expect(bed.hosts[host].node.membership.aliveCount == 2)
        }
        #expect(stage.links(of: 0, with: "n1", .down).isEmpty)
        // With a good one it is let in again.
        bed.certificates[2]?.end = 9_000
        bed.run(for: .seconds(30))
        #expect(bed.hasConverged([0, 1, 2]))
    }

    @Test func `not all links are made anew at once`() {
        let stage = Stage(ends: [1_000, 1_000, 1_000])
        let bed = stage.bed
        for host in 0..<3 { bed.certificates[host]?.end = 9_000 }
        bed.tellWallClock(1_000)
        let start = bed.now
        stage.callFor(.seconds(15))
        let ups = bed.events.compactMap { at, _, event -> MeshInstant? in
            guard at > start, case .link(let note) = event, note.state == .up else { return nil }
            return at
        }.sorted()
        #expect(ups.count >= 6)
        #expect(zip(ups, ups.dropFirst()).contains { $1 - $0 > .milliseconds(100) })
        #expect(stage.failures == 0)
        #expect(!stage.hasBeenSuspect)
    }

    @Test func `a rotation of the root makes every link anew, and no request notices`() {
        let stage = Stage(ends: [9_000, 9_000, 9_000])
        let bed = stage.bed
        for host in 0..<3 {
            bed.hosts[host].node.command(
                .certificateLoaded(serial: "01", notAfter: 9_000, issuer: old.fingerprint),
                at: bed.now)
            bed.drain(.node(host))
        }
        bed.run(for: .seconds(1))
        let admin = bed.attach(1, role: .administrator)
        func order(_ order: ControlOrder) -> CommyError? {
            let id = admin.client.order(order, at: bed.now)
            bed.drain(.client(admin.index))
            stage.callFor(.seconds(3))
            return admin.failures[id]
        }
        #expect(order(.beginRotation(new, replacing: false)) == nil)
        for _ in 0..<3 { #expect(order(.proceedRotation(.block)) == nil) }
        stage.callFor(.seconds(15))
        for host in 0..<3 {
            #expect(bed.bundles[host] == [new])
            for peer in 0..<3 where peer != host {
                let ends = stage.links(of: host, with: "n\(peer)", .down)
                #expect(ends.contains(.unknownAuthority))
                #expect(bed.hosts[host].node.activeLink(NodeID(bed.hosts[peer].name)) != nil)
            }
        }
        let stale = (0..<3).flatMap { host in
            bed.hosts[host].node.links.filter {
                $0.isLive && $0.certificate?.issuer == old.fingerprint
            }
        }
        #expect(stale.isEmpty)
        #expect(stage.failures == 0)
        #expect(!stage.hasBeenSuspect)
    }
}
