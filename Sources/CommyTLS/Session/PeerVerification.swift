internal import COpenSSL

/// What the check of one peer has found; the session and OpenSSL's callback share it.
final class PeerRecord {
    var id: SpiffeID?
    var fault: PeerFault?
}

/// Stands in for OpenSSL's check of a chain, and calls it with the anchors of the peer's own mesh.
///
/// The rules are those of X.509-SVID (SPIFFE, sections 4 and 5).
let verifyPeer: @convention(c) (OpaquePointer?, UnsafeMutableRawPointer?) -> Int32 = {
    store, argument in
    guard let store = unsafe store, let argument = unsafe argument,
        let session = unsafe X509_STORE_CTX_get_ex_data(
            store, SSL_get_ex_data_X509_STORE_CTX_idx()),
        let address = unsafe SSL_get_ex_data(OpaquePointer(session), 0)
    else { return 0 }
    let context = unsafe Unmanaged<TLSContext>.fromOpaque(argument).takeUnretainedValue()
    let record = unsafe Unmanaged<PeerRecord>.fromOpaque(address).takeUnretainedValue()
    let (fault, id) = unsafe PeerVerification.judge(store, context.trust)
    record.fault = fault
    record.id = id
    guard let fault else { return 1 }
    unsafe X509_STORE_CTX_set_error(store, PeerVerification.code(of: fault))
    return 0
}

private enum PeerVerification {
    static func judge(
        _ store: OpaquePointer, _ trust: [TrustBundle]
    ) -> (fault: PeerFault?, id: SpiffeID?) {
        guard let leaf = unsafe X509_STORE_CTX_get0_cert(store), unsafe X509_up_ref(leaf) == 1
        else { return (.noCertificate, nil) }
        let facts = CertificateFacts(unsafe CertificateHandle(owning: leaf))
        guard let id = facts.node else {
            let why =
                facts.uriCount == 1
                ? "it names no node but '\(facts.uri ?? "")'" : "it has \(facts.uriCount) URI names"
            return (.unsuitable(why), nil)
        }
        guard let bundle = trust.first(where: { $0.mesh == id.mesh }) else {
            return (.wrongTrustDomain(id.mesh), nil)
        }
        unsafe X509_STORE_CTX_set0_trusted_stack(store, bundle.list.pointer)
        if unsafe X509_verify_cert(store) != 1 {
            return (fault(of: unsafe X509_STORE_CTX_get_error(store)), nil)
        }
        if facts.isAuthority { return (.unsuitable("it may sign others"), nil) }
        if !facts.allowsSignatures || facts.allowsCertificates {
            return (.unsuitable("its key usage is not digitalSignature, critical"), nil)
        }
        return (nil, id)
    }

    private static func fault(of code: Int32) -> PeerFault {
        switch code {
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
            X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT,
            X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, X509_V_ERR_CERT_SIGNATURE_FAILURE,
            X509_V_ERR_CERT_UNTRUSTED:
            .unknownAuthority
        case X509_V_ERR_CERT_HAS_EXPIRED: .expired
        case X509_V_ERR_CERT_NOT_YET_VALID: .notYetValid
        case _: .unsuitable(unsafe String(cString: X509_verify_cert_error_string(Int(code))))
        }
    }

    /// OpenSSL makes the alert out of the code. One alert says "expired or not currently valid".
    static func code(of fault: PeerFault) -> Int32 {
        switch fault {
        case .unknownAuthority: X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY
        case .expired, .notYetValid: X509_V_ERR_CERT_HAS_EXPIRED
        case .unsuitable, .noCertificate: X509_V_ERR_INVALID_PURPOSE
        case .wrongTrustDomain, .version, .noCommonProtocol: X509_V_ERR_APPLICATION_VERIFICATION
        }
    }
}
