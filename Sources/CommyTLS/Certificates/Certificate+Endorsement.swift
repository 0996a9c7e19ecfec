internal import COpenSSL
public import CommyBase

/// How one root vouches for the next; `CertificateAuthority.endorse` makes what is checked here.
extension Certificate {
    /// Whether its own key has signed it.
    public var signsItself: Bool {
        let result = unsafe X509_self_signed(handle.pointer, 1)
        if result != 1 { ERR_clear_error() }
        return result == 1
    }

    /// Whether `old` says by this certificate that `root` comes after it: the name and the key are
    /// those of `root`, the signature is that of `old`, and both this and `old` count at `now`.
    public func endorses(_ root: Certificate, by old: Certificate, at now: WallInstant) -> Bool {
        guard facts.isAuthority, facts.allowsCertificates, facts.uri == root.facts.uri,
            old.facts.isAuthority, old.facts.allowsCertificates, old.facts.uri == root.facts.uri,
            facts.notBefore <= now, now < facts.notAfter,
            old.facts.notBefore <= now, now < old.facts.notAfter
        else { return false }
        let (own, other, elder) = unsafe (
            handle.pointer, root.handle.pointer, old.handle.pointer
        )
        let isEndorsement =
            unsafe X509_NAME_cmp(X509_get_subject_name(own), X509_get_subject_name(other)) == 0
            && X509_NAME_cmp(X509_get_issuer_name(own), X509_get_subject_name(elder)) == 0
            && EVP_PKEY_eq(X509_get0_pubkey(own), X509_get0_pubkey(other)) == 1
            && X509_verify(own, X509_get0_pubkey(elder)) == 1
        if !isEndorsement { ERR_clear_error() }
        return isEndorsement
    }
}
