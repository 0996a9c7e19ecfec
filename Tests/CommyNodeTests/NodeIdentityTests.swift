import CommyBase
import CommyLinux
import CommyMesh
import CommyTLS
import Foundation
import Testing

@testable import CommyNode

/// What a node makes of a root that a peer tells of, with the files of a real authority.
struct NodeIdentityTests {
    private let folder = NSTemporaryDirectory() + "commy-identity-\(UInt32.random(in: 0 ... .max))"
    private let now = WallInstant(secondsSince1970: 1_800_000_000)
    private let year = Duration.seconds(365 * 86_400)

    /// A mesh whose authority has made a second root, and the identity of its node `a`.
    private struct Stage {
        var authority: AuthorityDirectory
        var identity: NodeIdentity
        var random: RandomStream
        /// The new root, then the old root's word for it.
        let offer: [Certificate]
    }

    private func withStage(_ body: (inout Stage) throws -> Void) throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try WholeFile.makeFolder(folder)
        var random = RandomStream(key: RandomKey(seed: 1))
        var authority = try AuthorityDirectory(
            creating: "\(folder)/ca", mesh: "shop", lifetime: year, at: now, random: &random)
        let issued = try authority.issue(
            node: "a", into: folder, lifetime: year, at: now, random: &random)
        try authority.addRoot(lifetime: year, at: now, random: &random)
        var settings = NodeSettings()
        settings.certificate = issued.certificatePath
        settings.key = issued.keyPath
        settings.trust = issued.trustPath
        let offer = try Certificate.all(inPEM: try WholeFile.read(authority.incomingPath))
        var stage = Stage(
            authority: authority, identity: try NodeIdentity(settings), random: random,
            offer: offer)
        try body(&stage)
    }

    private func state(_ anchor: TrustAnchor) throws -> TrustState {
        TrustState(term: 1, step: .adding, owner: try #require(NodeName("b")), anchor: anchor)
    }

    @Test func `a root that a trusted one has signed is taken, and only while that counts`() throws
    {
        try withStage { stage in
            let anchor = try #require(stage.offer[0].anchor(endorsements: [stage.offer[1]]))
            #expect(stage.identity.refusal(of: anchor, at: now) == nil)
            #expect(stage.identity.refusal(of: anchor, at: now + year) != nil)
            try stage.identity.install(anchor, at: now)
            #expect(stage.identity.trusts(anchor.fingerprint))
            // What is trusted needs nobody's word.
            let bare = try #require(stage.offer[0].anchor)
            #expect(stage.identity.refusal(of: bare, at: now + year) == nil)
        }
    }

    @Test func `nothing else brings a root in`() throws {
        try withStage { stage in
            let (root, word) = (stage.offer[0], stage.offer[1])
            let thief = try CertificateAuthority(
                mesh: "shop", validity: .init(from: now, for: year), random: &stage.random)
            let second = try CertificateAuthority(
                mesh: "shop", validity: .init(from: now, for: year), random: &stage.random)
            let lie = try thief.endorse(
                second, validity: .init(from: now, for: year), random: &stage.random)
            let offers = [
                root.anchor,
                thief.certificate.anchor(endorsements: [word]),
                second.certificate.anchor(endorsements: [lie]),
                // The thief's root among the roots does not make it one that is trusted.
                second.certificate.anchor(endorsements: [lie, thief.certificate]),
                root.anchor(endorsements: [word, lie]),
                word.anchor(endorsements: [root]),
            ]
            for offer in offers {
                let anchor = try #require(offer)
                let refusal = stage.identity.refusal(of: anchor, at: now)
                #expect(refusal?.code == .rotationRefused)
                let state = try state(anchor)
                #expect(throws: NodeError.self) { try stage.identity.install(anchor, at: now) }
                #expect(throws: NodeError.self) { try stage.identity.enter(state, at: now) }
            }
            #expect(stage.identity.anchors.count == 1)
            #expect(!FileManager.default.fileExists(atPath: "\(folder)/a.trust"))
        }
    }

    @Test func `a root is not taken under another's fingerprint or with another end`() throws {
        try withStage { stage in
            let anchor = try #require(stage.offer[0].anchor(endorsements: [stage.offer[1]]))
            let old = try #require(stage.identity.anchors.first)
            let renamed = TrustAnchor(
                fingerprint: old.fingerprint, notAfter: anchor.notAfter,
                certificate: anchor.certificate)
            let ended = TrustAnchor(
                fingerprint: anchor.fingerprint, notAfter: 0, certificate: anchor.certificate)
            for offer in [renamed, ended] {
                #expect(stage.identity.refusal(of: try #require(offer), at: now) != nil)
            }
        }
    }

    @Test func `what vouches for a root is kept with the state`() throws {
        try withStage { stage in
            let anchor = try #require(stage.offer[0].anchor(endorsements: [stage.offer[1]]))
            try stage.identity.enter(try state(anchor), at: now)
            let kept = try TrustRecord(
                text: try WholeFile.read("\(folder)/a.trust"), mesh: "shop")
            #expect(kept.state == stage.identity.record.state)
            #expect(kept.state?.anchor == anchor)
            try stage.identity.install(anchor, at: now)
            let again = try TrustRecord(text: stage.identity.record.text, mesh: "shop")
            #expect(again.state?.anchor == anchor && again.added.count == 1)
        }
    }
}
