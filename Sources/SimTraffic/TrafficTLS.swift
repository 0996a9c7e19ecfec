internal import CommyBase
internal import CommyLinux
public import CommyTLS

/// Which certificate a source or an echo server shows, and whom it trusts.
public enum TrafficTLS: Sendable, Equatable {
    /// One of the mesh `development`, whose root anybody can make: the same bytes in every run, and
    /// no protection.
    case development(node: String)
    /// From PEM files; `certificate` may hold the key too, and `trust` several anchors.
    case files(certificate: String, key: String, trust: String)

    /// What is spoken inside.
    public enum Content: Sendable {
        /// The mesh's protocol, as far as TLS knows.
        case plain
        case http
    }

    /// Reads the files, or makes the certificate. Throws why it cannot be used, in words.
    public func context(for content: Content) throws(TrafficCommand.Misuse) -> TLSContext {
        let rule: TLSContext.ProtocolRule =
            switch content {
            case .plain: .required(TLSContext.protocolName)
            // Few servers have an opinion on HTTP/1.1.
            case .http: .offered("http/1.1")
            }
        do {
            switch self {
            case .development(let node): return try Self.development(node, rule)
            case .files(let certificate, let key, let trust):
                let identity = try TLSIdentity(
                    certificatePEM: try WholeFile.read(certificate),
                    keyPEM: try WholeFile.read(key))
                let bundle = try TrustBundle(pem: try WholeFile.read(trust))
                return try TLSContext(identity: identity, trust: [bundle], protocol: rule)
            }
        } catch {
            throw TrafficCommand.Misuse("TLS: \(error)")
        }
    }

    /// From 2000 to the end of 2049: dates of one length in a certificate (RFC 5280, 4.1.2.5).
    private static let validity = CertificateAuthority.Validity(
        notBefore: WallInstant(secondsSince1970: 946_684_800),
        notAfter: WallInstant(secondsSince1970: 2_524_607_999))

    private static func development(
        _ node: String, _ rule: TLSContext.ProtocolRule
    ) throws(CertificateError) -> TLSContext {
        let root = RandomKey(seed: 0).labelled("development")
        var random = RandomStream(key: root)
        let authority = try CertificateAuthority(
            mesh: "development", validity: validity, random: &random)
        random = RandomStream(key: root.labelled(node))
        let key = SigningKey(from: &random)
        let certificate = try authority.issue(
            node: node, key: key, validity: validity, random: &random)
        return try TLSContext(
            identity: try TLSIdentity(chain: [certificate], key: key),
            trust: [try TrustBundle([authority.certificate])], protocol: rule)
    }
}
