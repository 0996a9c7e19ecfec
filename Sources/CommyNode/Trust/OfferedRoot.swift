public import CommyBase
internal import CommyMesh
public import CommyTLS

/// A root that somebody says the mesh goes over to: its certificate, and those by which other roots
/// vouch for it. What it is worth is for `isEndorsed` to say.
public struct OfferedRoot: Sendable {
    public let root: Certificate
    public let endorsements: [Certificate]

    /// A root and one endorsement by each root that a node may trust.
    static let limit = 1 + TrustLimits.bundle

    /// Reads the root of this mesh, and what follows it, from a PEM text.
    init(pem: [UInt8], mesh: String) throws(CertificateError) {
        let all = try Certificate.all(inPEM: pem)
        guard all.count <= Self.limit else {
            throw .unusable("there are \(all.count) certificates, and \(Self.limit) are allowed")
        }
        let bundle = try TrustBundle([all[0]])
        guard bundle.mesh == mesh else { throw .unusable("it is a root of '\(bundle.mesh)'") }
        guard all[0].signsItself else { throw .unusable("its signature is not its own") }
        // What is kept over a restart is read again: nothing may be in it that is not of this root.
        let isOfRoot = all.dropFirst().allSatisfy {
            !$0.facts.isSelfSigned && $0.facts.keyID == all[0].facts.keyID
        }
        guard isOfRoot else { throw .unusable("a certificate behind it is not for it") }
        root = all[0]
        endorsements = Array(all.dropFirst())
    }

    /// The one root of a file that is not among the `trusted` fingerprints, or its only one, with
    /// the endorsements beside it; nil when there is no such one.
    public init?(in all: [Certificate], beside trusted: [String]) {
        let roots = all.filter(\.facts.isSelfSigned)
        let new = roots.filter { !trusted.contains($0.facts.fingerprint) }
        guard let root = new.count == 1 ? new.first : roots.count == 1 ? roots.first : nil else {
            return nil
        }
        self.root = root
        endorsements = all.filter {
            !$0.facts.isSelfSigned && $0.facts.keyID == root.facts.keyID
        }
    }

    /// Whether one of these roots vouches for it.
    public func isEndorsed(by trusted: [Certificate], at now: WallInstant) -> Bool {
        endorsements.contains { endorsement in
            trusted.contains { endorsement.endorses(root, by: $0, at: now) }
        }
    }
}
