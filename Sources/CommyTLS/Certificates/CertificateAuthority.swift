internal import COpenSSL
public import CommyBase

/// The root of a mesh: it says who the nodes are.
public struct CertificateAuthority: Sendable {
    public let certificate: Certificate
    public let key: SigningKey
    /// The trust domain.
    public let mesh: String

    /// From when until when a certificate counts, to the second. `notBefore` is included, and
    /// `notAfter` is not: OpenSSL judges so, other than RFC 5280, 4.1.2.5.
    public struct Validity: Sendable, Equatable {
        public var notBefore: WallInstant
        public var notAfter: WallInstant

        public init(notBefore: WallInstant, notAfter: WallInstant) {
            self.notBefore = notBefore
            self.notAfter = notAfter
        }

        /// `span` from `start` on.
        public init(from start: WallInstant, for span: Duration) {
            self.init(notBefore: start, notAfter: start + span)
        }
    }

    /// A new root with a key of its own.
    ///
    /// All randomness (key, serial number) comes from `random`; see `SigningKey.init(from:)`.
    public init(
        mesh: String, validity: Validity, random: inout some RandomNumberGenerator
    ) throws(CertificateError) {
        guard SpiffeID.isMeshName(mesh) else {
            throw .unusable("'\(mesh)' cannot be the name of a mesh (a-z, 0-9, '.', '-', '_')")
        }
        let key = SigningKey(from: &random)
        let draft = try Self.root(mesh, validity, key, issuer: nil, &random)
        certificate = try draft.signed(by: key, issuer: nil)
        self.key = key
        self.mesh = mesh
    }

    /// What a root says of itself, whoever signs it.
    private static func root(
        _ mesh: String, _ validity: Validity, _ key: SigningKey, issuer: Certificate?,
        _ random: inout some RandomNumberGenerator
    ) throws(CertificateError) -> CertificateDraft {
        let draft = try CertificateDraft(
            commonName: "\(mesh.prefix(50)) trust root", validity: validity, key: key,
            random: &random)
        try draft.extend(NID_basic_constraints, "critical,CA:TRUE,pathlen:0", issuer: issuer)
        try draft.extend(NID_key_usage, "critical,keyCertSign,cRLSign", issuer: issuer)
        try draft.extend(NID_subject_key_identifier, "hash", issuer: issuer)
        try draft.extend(NID_subject_alt_name, "URI:\(SpiffeID.scheme)\(mesh)", issuer: issuer)
        return draft
    }

    /// The endorsement of the root that comes after this one: its name and its key, signed by this
    /// one's. Whoever trusts this root knows by it that the next one comes from the same hands
    /// (RFC 9810, 4.4, "new with old").
    public func endorse(
        _ next: CertificateAuthority, validity: Validity, random: inout some RandomNumberGenerator
    ) throws(CertificateError) -> Certificate {
        guard next.mesh == mesh else {
            throw .unusable("a root of '\(mesh)' does not endorse one of '\(next.mesh)'")
        }
        let draft = try Self.root(mesh, validity, next.key, issuer: certificate, &random)
        try draft.extend(NID_authority_key_identifier, "keyid:always", issuer: certificate)
        return try draft.signed(by: key, issuer: certificate)
    }

    /// Reads back what `certificate.pem` and `key.pem` wrote.
    public init(certificatePEM: [UInt8], keyPEM: [UInt8]) throws(CertificateError) {
        let certificate = try Certificate.all(inPEM: certificatePEM)[0]
        let key = try SigningKey(pem: keyPEM)
        mesh = try TrustBundle.mesh(ofAnchor: certificate)
        guard
            unsafe X509_check_private_key(certificate.handle.pointer, key.handle.pointer) == 1
        else {
            ERR_clear_error()
            throw .keyOfAnother
        }
        self.certificate = certificate
        self.key = key
    }

    /// A certificate for the node of this name, an X509-SVID; `key` stays the node's.
    ///
    /// Programs that are no nodes know a server by `dnsName` and `addresses` (numeric), which
    /// stand beside its SPIFFE name.
    public func issue(
        node: String, key nodeKey: SigningKey, validity: Validity, dnsName: String? = nil,
        addresses: [String] = [], random: inout some RandomNumberGenerator
    ) throws(CertificateError) -> Certificate {
        guard let id = SpiffeID(mesh: mesh, node: node) else {
            throw .unusable(
                "'\(node)' cannot be the name of a node (letters, digits, '.', '-', '_')")
        }
        let draft = try CertificateDraft(
            commonName: node, validity: validity, key: nodeKey, random: &random)
        try draft.extend(NID_basic_constraints, "critical,CA:FALSE", issuer: certificate)
        try draft.extend(NID_key_usage, "critical,digitalSignature", issuer: certificate)
        try draft.extend(NID_ext_key_usage, "serverAuth,clientAuth", issuer: certificate)
        try draft.extend(NID_subject_key_identifier, "hash", issuer: certificate)
        try draft.extend(NID_authority_key_identifier, "keyid:always", issuer: certificate)
        let names =
            ["URI:\(id)"] + (dnsName.map { ["DNS:\($0)"] } ?? [])
            + addresses.map { "IP:\($0)" }
        // A comma would begin another name.
        guard names.allSatisfy({ !$0.contains(",") }) else {
            throw .unusable("no name of '\(node)' can have a comma")
        }
        try draft.extend(
            NID_subject_alt_name, names.joined(separator: ","), issuer: certificate)
        return try draft.signed(by: key, issuer: certificate)
    }
}
