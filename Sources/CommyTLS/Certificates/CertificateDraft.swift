internal import COpenSSL
internal import CommyBase

/// A certificate that is being filled in. One round of the same inputs gives the same bytes; their
/// number depends on the names alone.
@safe
struct CertificateDraft: ~Copyable {
    private let pointer: OpaquePointer

    init(
        commonName: String, validity: CertificateAuthority.Validity, key: SigningKey,
        random: inout some RandomNumberGenerator
    ) throws(CertificateError) {
        self.init()
        guard validity.notBefore <= validity.notAfter else {
            throw .unusable("a certificate cannot end before it begins")
        }
        // 2 is version 3.
        let isFilled =
            unsafe X509_set_version(pointer, 2) == 1
            && setSerial(&random)
            && ASN1_TIME_set(
                X509_getm_notBefore(pointer), Int(validity.notBefore.secondsSince1970)) != nil
            && ASN1_TIME_set(
                X509_getm_notAfter(pointer), Int(validity.notAfter.secondsSince1970)) != nil
            && setSubject(commonName)
            && X509_set_pubkey(pointer, key.handle.pointer) == 1
        guard isFilled else { throw .library(LibraryError.takeText()) }
    }

    private init() {
        _ = LibraryError.isReady
        guard let certificate = unsafe X509_new() else { preconditionFailure("out of memory") }
        unsafe pointer = unsafe certificate
    }

    deinit { unsafe X509_free(pointer) }

    /// 127 random bits, always 16 bytes in DER: the first is 0x40 to 0x7f.
    private func setSerial(_ random: inout some RandomNumberGenerator) -> Bool {
        var bytes = SigningKey.bytes(random.next()) + SigningKey.bytes(random.next())
        bytes[0] = bytes[0] & 0x3f | 0x40
        let number = unsafe BN_bin2bn(bytes, Int32(bytes.count), nil)
        defer { unsafe BN_free(number) }
        return unsafe BN_to_ASN1_INTEGER(number, X509_get_serialNumber(pointer)) != nil
    }

    private func setSubject(_ commonName: String) -> Bool {
        let text = Array(commonName.utf8)
        return unsafe X509_NAME_add_entry_by_NID(
            X509_get_subject_name(pointer), NID_commonName, MBSTRING_UTF8, text,
            Int32(text.count), -1, 0) == 1
    }

    /// An extension in the words of openssl.cnf; without an issuer the certificate signs itself.
    func extend(_ nid: Int32, _ value: String, issuer: Certificate?) throws(CertificateError) {
        let result = unsafe commy_certificate_extend(
            pointer, issuer?.handle.pointer ?? pointer, nid, value)
        guard result == 1 else { throw .library(LibraryError.takeText()) }
    }

    consuming func signed(
        by key: SigningKey, issuer: Certificate?
    ) throws(CertificateError) -> Certificate {
        let issuerName = unsafe X509_get_subject_name(issuer?.handle.pointer ?? pointer)
        // Ed25519 hashes by itself. The result of signing is the signature's length.
        guard unsafe X509_set_issuer_name(pointer, issuerName) == 1,
            unsafe X509_sign(pointer, key.handle.pointer, nil) > 0,
            unsafe X509_up_ref(pointer) == 1
        else { throw .library(LibraryError.takeText()) }
        return Certificate(unsafe CertificateHandle(owning: pointer))
    }
}
