internal import COpenSSL

/// What a node shows to others: its certificate, those between it and a root, and its key.
public struct TLSIdentity: Sendable {
    /// The node's own certificate first.
    public let chain: [Certificate]
    public let key: SigningKey
    public let id: SpiffeID

    public init(chain: [Certificate], key: SigningKey) throws(CertificateError) {
        guard let leaf = chain.first else { throw .unusable("an identity needs a certificate") }
        guard let id = leaf.facts.node else {
            throw .unusable("the certificate names no node (one URI name spiffe://MESH/node/NAME)")
        }
        let fits = unsafe X509_check_private_key(leaf.handle.pointer, key.handle.pointer) == 1
        guard fits else {
            ERR_clear_error()
            throw .keyOfAnother
        }
        self.chain = chain
        self.key = key
        self.id = id
    }

    /// The chain from one text and the key from another (or the same).
    public init(certificatePEM: [UInt8], keyPEM: [UInt8]) throws(CertificateError) {
        try self.init(
            chain: try Certificate.all(inPEM: certificatePEM), key: try SigningKey(pem: keyPEM))
    }

    public var facts: CertificateFacts { chain[0].facts }
}
