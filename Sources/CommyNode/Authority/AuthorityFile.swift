internal import CommyTLS

/// The text of `authority.pem`: every root of the mesh, each under a line that says its role.
///
///     role: signing
///     -----BEGIN CERTIFICATE----- ...
///     -----BEGIN PRIVATE KEY----- ...
///     role: incoming
///     ...
///
/// One file, because a rotation changes several roots at once and must not be half done after a
/// crash.
struct AuthorityFile {
    enum Role: String, CaseIterable {
        /// Signs the certificates of nodes.
        case signing
        /// Trusted, and to sign after the next step.
        case incoming
        /// Trusted, and signs no more; its key is gone.
        case outgoing
    }

    var signing: CertificateAuthority
    var incoming: CertificateAuthority?
    /// By which the signing root vouches for the incoming one.
    var endorsement: Certificate?
    var outgoing: Certificate?

    var step: AuthorityDirectory.Step {
        if incoming != nil { return .added }
        return outgoing == nil ? .steady : .switched
    }

    /// What every node must trust now; the signing root first.
    func trust() throws(CertificateError) -> TrustBundle {
        let others = [incoming?.certificate, outgoing].compactMap { $0 }
        return try TrustBundle([signing.certificate] + others)
    }

    /// What a rotation of the running mesh begins with: the incoming root, then its endorsement.
    var offer: [UInt8]? {
        guard let incoming, let endorsement else { return nil }
        return incoming.certificate.pem + endorsement.pem
    }

    var bytes: [UInt8] {
        var text = Self.head(.signing) + signing.certificate.pem + signing.key.pem
        if let incoming {
            text += Self.head(.incoming) + incoming.certificate.pem + incoming.key.pem
            text += endorsement?.pem ?? []
        }
        if let outgoing { text += Self.head(.outgoing) + outgoing.pem }
        return text
    }

    private static func head(_ role: Role) -> [UInt8] { Array("role: \(role.rawValue)\n".utf8) }

    init(signing: CertificateAuthority) {
        self.signing = signing
    }

    init(bytes: [UInt8], path: String) throws(AuthorityError) {
        let sections = try Self.sections(of: bytes, path: path)
        do throws(CertificateError) {
            guard let text = sections[.signing] else {
                throw .unusable("it has no root with the role 'signing'")
            }
            signing = try CertificateAuthority(certificatePEM: text, keyPEM: text)
            if let text = sections[.incoming] {
                incoming = try CertificateAuthority(certificatePEM: text, keyPEM: text)
                endorsement = try Certificate.all(inPEM: text).dropFirst().first
            }
            outgoing = try sections[.outgoing].map { text throws(CertificateError) in
                try Certificate.all(inPEM: text)[0]
            }
            guard incoming == nil || outgoing == nil else {
                throw .unusable("it has an incoming and an outgoing root at once")
            }
            _ = try trust()
        } catch {
            throw AuthorityError("\(path): \(error)", cure: "put it back from a copy")
        }
    }

    private static func sections(
        of bytes: [UInt8], path: String
    ) throws(AuthorityError) -> [Role: [UInt8]] {
        var sections: [Role: [UInt8]] = [:]
        var current: Role?
        let lines = bytes.split(separator: 0x0a, omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            let text = String(decoding: line, as: UTF8.self)
            if text.hasPrefix("role: ") {
                let word = String(text.dropFirst("role: ".count))
                guard let role = Role(rawValue: word), sections[role] == nil else {
                    let known = Role.allCases.map(\.rawValue).joined(separator: ", ")
                    throw AuthorityError(
                        "\(path):\(index + 1):7: '\(word)' is no role, or stands here twice; "
                            + "roles are \(known), each at most once",
                        cure: "put the file back from a copy")
                }
                sections[role] = []
                current = role
            } else if let current {
                sections[current, default: []] += line + [0x0a]
            } else if !line.isEmpty {
                throw AuthorityError(
                    "\(path):\(index + 1):1: this is no authority's file; it begins with 'role: '",
                    cure: "make one with 'commy ca init MESH'")
            }
        }
        return sections
    }
}
