internal import COpenSSL

/// The roots by which one mesh knows its nodes. There are several while an old one is replaced.
public struct TrustBundle: Sendable {
    /// The trust domain, as every anchor states it.
    public let mesh: String
    public let anchors: [Certificate]
    let list: CertificateList

    public init(_ anchors: [Certificate]) throws(CertificateError) {
        guard let first = anchors.first else { throw .unusable("a bundle needs an anchor") }
        let mesh = try Self.mesh(ofAnchor: first)
        for anchor in anchors.dropFirst() {
            let other = try Self.mesh(ofAnchor: anchor)
            guard other == mesh else {
                throw .unusable("one bundle holds anchors of two meshes, \(mesh) and \(other)")
            }
        }
        self.mesh = mesh
        self.anchors = anchors
        list = CertificateList(anchors)
    }

    /// All the certificates of a PEM text.
    public init(pem: [UInt8]) throws(CertificateError) {
        try self.init(try Certificate.all(inPEM: pem))
    }

    public var pem: [UInt8] { anchors.flatMap { $0.pem } }

    /// This bundle and one more anchor of the same mesh; without a change when it is there.
    public func adding(_ anchor: Certificate) throws(CertificateError) -> TrustBundle {
        let isThere = anchors.contains { $0.facts.fingerprint == anchor.facts.fingerprint }
        return isThere ? self : try TrustBundle(anchors + [anchor])
    }

    /// This bundle without the anchor of this fingerprint; the last one cannot go.
    public func removing(fingerprint: String) throws(CertificateError) -> TrustBundle {
        try TrustBundle(anchors.filter { $0.facts.fingerprint != fingerprint })
    }

    static func mesh(ofAnchor anchor: Certificate) throws(CertificateError) -> String {
        let facts = anchor.facts
        guard facts.isAuthority, facts.allowsCertificates else {
            throw .unusable("the certificate \(facts.serial) is not a root: it may not sign others")
        }
        // An endorsement looks like the root that it is for; only the root itself may stand alone.
        guard facts.isSelfSigned else {
            throw .unusable("the certificate \(facts.serial) is not a root: another has signed it")
        }
        guard let mesh = facts.mesh, facts.uri == SpiffeID.scheme + mesh else {
            throw .unusable(
                "the root \(facts.serial) does not name its mesh (one URI name spiffe://MESH)")
        }
        return mesh
    }
}

/// Owns a list of certificates for OpenSSL.
@safe
final class CertificateList: @unchecked Sendable {
    let pointer: OpaquePointer

    init(_ certificates: [Certificate]) {
        guard let list = unsafe commy_certificates_new() else {
            preconditionFailure("out of memory")
        }
        unsafe pointer = unsafe list
        for certificate in certificates {
            let result = unsafe commy_certificates_add(list, certificate.handle.pointer)
            precondition(result == 1, "out of memory")
        }
    }

    deinit { unsafe commy_certificates_free(pointer) }
}
