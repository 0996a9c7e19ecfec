internal import CommyBase
internal import CommyTLS
internal import SimModel

/// The authority of a scenario's mesh: it gives each node its identity, and says whom to trust.
///
/// All keys and serial numbers follow from the seed and from names, so that two runs of a scenario
/// have the same certificates as long as their clocks begin at the same time.
struct MeshAuthority {
    /// What lies in a node's files.
    struct Identity {
        var certificate: [UInt8]
        var key: [UInt8]
    }

    private let mesh: MeshSpec
    private let key: RandomKey
    /// The wall clock at the run's zero.
    private let origin: WallInstant
    /// The oldest first; the last one issues.
    private var authorities: [CertificateAuthority]
    /// How many there have been.
    private var generation = 1
    /// By node: how many certificates it has had.
    private var issued: [String: UInt64] = [:]

    /// A certificate that begins a little early holds on a machine whose clock is a little late.
    private static let slack = Duration.seconds(3_600)
    /// Authorities outlive every run.
    private static let authorityLife = Duration.seconds(365 * 86_400)

    init(_ mesh: MeshSpec, seed: UInt64, origin: WallInstant) throws(CertificateError) {
        self.mesh = mesh
        self.origin = origin
        key = RandomKey(seed: seed).labelled("mesh authority")
        authorities = [
            try Self.authority(mesh.name, key.labelled("root 1"), origin)
        ]
    }

    private static func authority(
        _ mesh: String, _ key: RandomKey, _ origin: WallInstant
    ) throws(CertificateError) -> CertificateAuthority {
        var random = RandomStream(key: key)
        return try CertificateAuthority(
            mesh: mesh,
            validity: CertificateAuthority.Validity(
                notBefore: origin - authorityLife, notAfter: origin + authorityLife),
            random: &random)
    }

    /// The anchors that nodes are to trust now.
    var trust: [UInt8] { authorities.flatMap { $0.certificate.pem } }

    mutating func change(_ change: TrustChange) throws(CertificateError) {
        switch change {
        case .add:
            generation += 1
            authorities.append(
                try Self.authority(mesh.name, key.labelled("root \(generation)"), origin))
        case .remove: authorities.removeFirst(authorities.count - 1)
        }
    }

    /// A new identity for a node, valid from the instant `now` of the run on.
    mutating func issue(
        _ change: CertificateChange, to node: String, at now: MeshInstant
    ) throws(CertificateError) -> Identity {
        let number = issued[node, default: 0]
        issued[node] = number + 1
        var random = RandomStream(key: key.labelled("node").labelled(node).numbered(number))
        let nodeKey = SigningKey(from: &random)
        let issuer = try issuer(for: change)
        let certificate = try issuer.issue(
            node: change == .otherNode ? "\(node)-other" : node, key: nodeKey,
            validity: validity(of: change, at: origin + (now - .zero)), random: &random)
        return Identity(certificate: certificate.pem, key: nodeKey.pem)
    }

    private func issuer(
        for change: CertificateChange
    ) throws(CertificateError) -> CertificateAuthority {
        switch change {
        case .renewed, .expired, .notYetValid, .otherNode: authorities[authorities.count - 1]
        case .foreign: try Self.authority(mesh.name, key.labelled("foreign root"), origin)
        case .otherMesh:
            try Self.authority("\(mesh.name)-other", key.labelled("other mesh"), origin)
        }
    }

    private func validity(
        of change: CertificateChange, at now: WallInstant
    ) -> CertificateAuthority.Validity {
        switch change {
        case .renewed, .foreign, .otherMesh, .otherNode:
            CertificateAuthority.Validity(
                notBefore: now - Self.slack, notAfter: now + mesh.certificateLife)
        case .expired:
            CertificateAuthority.Validity(
                notBefore: now - Self.slack, notAfter: now - .seconds(60))
        case .notYetValid:
            CertificateAuthority.Validity(
                notBefore: now + Self.slack, notAfter: now + Self.slack + mesh.certificateLife)
        }
    }
}
