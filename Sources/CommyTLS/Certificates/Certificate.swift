internal import COpenSSL
public import CommyBase

/// An X.509 certificate, which is never changed once it is here.
public struct Certificate: Sendable {
    let handle: CertificateHandle
    public let facts: CertificateFacts

    init(_ handle: CertificateHandle) {
        self.handle = handle
        facts = CertificateFacts(handle)
    }

    /// Every certificate of a PEM text, in its order; other blocks are skipped.
    public static func all(inPEM pem: [UInt8]) throws(CertificateError) -> [Certificate] {
        _ = LibraryError.isReady
        let bio = MemoryBIO(pem)
        var found: [Certificate] = []
        while true {
            let next = unsafe PEM_read_bio_X509(bio.pointer, nil, nil, nil)
            guard let next = unsafe next else { break }
            found.append(Certificate(unsafe CertificateHandle(owning: next)))
        }
        let reason = commy_error_reason(ERR_peek_last_error())
        ERR_clear_error()
        // "No start line" is the end of the text; anything else is a certificate that is broken.
        guard reason == PEM_R_NO_START_LINE else {
            throw .unusable("certificate \(found.count + 1) of the text is damaged")
        }
        guard !found.isEmpty else { throw .notPEM(expected: "certificate") }
        return found
    }

    public var pem: [UInt8] {
        let bio = MemoryBIO()
        let result = unsafe PEM_write_bio_X509(bio.pointer, handle.pointer)
        precondition(result == 1, "a certificate can always be written")
        return bio.bytes
    }
}

/// What a certificate says, for people and for checks.
public struct CertificateFacts: Sendable, Equatable {
    /// The URI names, in any form; a node has exactly one.
    public let uri: String?
    public let uriCount: Int
    /// True when it may sign other certificates.
    public let isAuthority: Bool
    /// Whether its key usage is critical and allows signatures, and allows signing of certificates.
    public let allowsSignatures: Bool
    public let allowsCertificates: Bool
    /// Whether it says that its own key has signed it, as a root does. The signature is not looked
    /// at; see `Certificate.signsItself`.
    public let isSelfSigned: Bool
    public let notBefore: WallInstant
    public let notAfter: WallInstant
    /// Lower-case hexadecimal.
    public let serial: String
    /// Identifies its own key; nil when the certificate does not say it.
    public let keyID: String?
    /// Identifies the key that signed it; nil when the certificate does not say it.
    public let issuerKeyID: String?
    /// SHA-256 of the DER form, lower-case hexadecimal.
    public let fingerprint: String

    /// The node that it names; nil when it is no node's.
    public var node: SpiffeID? { uriCount == 1 ? uri.flatMap { SpiffeID($0) } : nil }

    /// The mesh whose root or node this is, as its URI says.
    public var mesh: String? {
        guard uriCount == 1, let uri, uri.hasPrefix(SpiffeID.scheme) else { return nil }
        let name = uri.dropFirst(SpiffeID.scheme.count).prefix { $0 != "/" }
        return SpiffeID.isMeshName(String(name)) ? String(name) : nil
    }
}

extension CertificateFacts {
    init(_ handle: CertificateHandle) {
        let certificate = unsafe handle.pointer
        var names = unsafe commy_alternative_names_get(certificate)
        uriCount = unsafe Int(names.uri_count)
        uri = unsafe names.uri.map { start in
            unsafe String(
                decoding: UnsafeBufferPointer(start: start, count: Int(names.uri_length)),
                as: UTF8.self)
        }
        unsafe commy_alternative_names_free(&names)
        let flags = unsafe X509_get_extension_flags(certificate)
        isAuthority = flags & UInt32(EXFLAG_CA) != 0
        isSelfSigned = flags & UInt32(EXFLAG_SS) != 0
        // Absent means every use; a mesh wants it stated.
        let usage = flags & UInt32(EXFLAG_KUSAGE) != 0 ? unsafe X509_get_key_usage(certificate) : 0
        let place = unsafe X509_get_ext_by_NID(certificate, NID_key_usage, -1)
        let isCritical =
            unsafe place >= 0 && X509_EXTENSION_get_critical(X509_get_ext(certificate, place)) == 1
        allowsSignatures = isCritical && usage & UInt32(KU_DIGITAL_SIGNATURE) != 0
        allowsCertificates = usage & UInt32(KU_KEY_CERT_SIGN) != 0
        notBefore = unsafe Self.instant(X509_get0_notBefore(certificate))
        notAfter = unsafe Self.instant(X509_get0_notAfter(certificate))
        serial = unsafe Self.hexadecimal(X509_get0_serialNumber(certificate)) ?? ""
        keyID = unsafe Self.hexadecimal(X509_get0_subject_key_id(certificate))
        issuerKeyID = unsafe Self.hexadecimal(X509_get0_authority_key_id(certificate))
        var digest = [UInt8](repeating: 0, count: SHA256.byteCount)
        var length: UInt32 = 0
        let result = unsafe X509_digest(certificate, EVP_sha256(), &digest, &length)
        precondition(result == 1, "every certificate has a digest")
        fingerprint = HexText.of(digest)
    }

    private static func hexadecimal(_ text: UnsafePointer<ASN1_STRING>?) -> String? {
        guard let text = unsafe text, let start = unsafe ASN1_STRING_get0_data(text) else {
            return nil
        }
        let count = unsafe Int(ASN1_STRING_length(text))
        return unsafe HexText.of(Array(UnsafeBufferPointer(start: start, count: count)))
    }

    /// A date that cannot be read counts as 1970, so that nothing is valid by it.
    private static func instant(_ time: UnsafePointer<ASN1_TIME>?) -> WallInstant {
        let epoch = unsafe ASN1_TIME_set(nil, 0)
        defer { unsafe ASN1_STRING_free(epoch) }
        var (days, seconds): (Int32, Int32) = (0, 0)
        guard unsafe ASN1_TIME_diff(&days, &seconds, epoch, time) == 1 else {
            ERR_clear_error()
            return WallInstant(secondsSince1970: 0)
        }
        // Beyond the year 2262 nanoseconds have no room; nothing that lives longer is of interest.
        let latest = Int64.max / 1_000_000_000
        let total = Int64(days) * 86_400 + Int64(seconds)
        return WallInstant(secondsSince1970: min(max(total, -latest), latest))
    }
}

/// Owns a reference to an X509, which is never changed once it is here.
@safe
final class CertificateHandle: @unchecked Sendable {
    let pointer: OpaquePointer

    init(owning pointer: OpaquePointer) {
        unsafe self.pointer = unsafe pointer
        // OpenSSL reads the extensions at first use and keeps them; now no other thread has it.
        _ = unsafe X509_check_purpose(pointer, -1, 0)
    }

    deinit { unsafe X509_free(pointer) }
}
