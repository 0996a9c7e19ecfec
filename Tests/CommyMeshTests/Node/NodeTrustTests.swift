import CommyBase
import CommyWire
import Testing

@testable import CommyMesh

/// A rotation of trust anchors through whole nodes; the bed plays the files.
struct NodeTrustTests {
    static func anchor(_ number: UInt8) -> TrustAnchor {
        TrustAnchor(
            fingerprint: Fingerprint([UInt8](repeating: number, count: 32))!,
            notAfter: 4_000_000_000, certificate: [number])!
    }

    /// An anchor that no other vouches for, as far as the bed's owners look.
    static func forged(_ number: UInt8) -> TrustAnchor {
        TrustAnchor(
            fingerprint: anchor(number).fingerprint, notAfter: 4_000_000_000,
            certificate: [number, 0xbd])!
    }

    static func isForged(_ anchor: TrustAnchor) -> Bool { anchor.certificate.last == 0xbd }

    /// Nodes with the first anchor and a certificate from it, that do what the node asks of them.
    static func bed() -> MeshBed {
        let bed = NodeMeshTests.bed(3)
        for host in 0..<3 {
            bed.bundles[host] = [anchor(1)]
            bed.hosts[host].node.command(.anchorsLoaded([anchor(1)]), at: bed.now)
            bed.hosts[host].node.command(
                .certificateLoaded(
                    serial: "01", notAfter: 3_000_000_000, issuer: anchor(1).fingerprint),
                at: bed.now)
            bed.drain(.node(host))
        }
        bed.run(for: .seconds(1))
        return bed
    }

    @Test func `anchors rotate by orders, and no step comes before everybody has the last`() {
        let bed = Self.bed()
        let admin = bed.attach(1, role: .administrator)
        func order(_ order: ControlOrder, then span: Duration = .seconds(3)) -> CommyError? {
            let id = admin.client.order(order, at: bed.now)
            bed.drain(.client(admin.index))
            bed.run(for: span)
            return admin.failures[id]
        }
        #expect(order(.proceedRotation(.block))?.code == .rotationRefused)
        bed.holdsFiles.insert(2)
        #expect(order(.beginRotation(Self.anchor(2), replacing: false)) == nil)
        let early = order(.proceedRotation(.block))
        #expect(early?.code == .rotationRefused)
        #expect(early?.detail.contains("n2") == true)
        bed.holdsFiles.remove(2)
        bed.run(for: .seconds(12))
        #expect(order(.proceedRotation(.block)) == nil)
        #expect(order(.proceedRotation(.block)) == nil)
        #expect(order(.proceedRotation(.block)) == nil)
        for host in 0..<3 {
            #expect(bed.bundles[host] == [Self.anchor(2)])
            #expect(bed.hosts[host].node.trust.state?.step == .settled)
        }
        let query = admin.query(bed, .trust)
        bed.run(for: .milliseconds(10))
        #expect(admin.rows[query]?.count == 4)
        #expect(admin.rows[query]?.first?.contains(#""step":"settled""#) == true)
        #expect(bed.lines("trust").contains { $0.contains("state=acknowledged") })
    }

    @Test func `a process that is no administrator rotates nothing`() {
        let bed = Self.bed()
        let program = bed.attach(1)
        let id = program.client.order(
            .beginRotation(Self.anchor(2), replacing: false), at: bed.now)
        bed.drain(.client(program.index))
        bed.run(for: .seconds(1))
        #expect(program.failures[id]?.code == .permissionDenied)
        #expect(bed.hosts[1].node.trust.state == nil)
    }
}
