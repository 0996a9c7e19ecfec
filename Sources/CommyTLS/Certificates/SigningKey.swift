internal import COpenSSL

/// An Ed25519 private key (RFC 8032).
public struct SigningKey: Sendable {
    let handle: KeyHandle

    /// Draws a key. A mesh that must be safe hands in `SystemRandomNumberGenerator`; a seeded
    /// generator gives the same key again, which is what tests and deterministic runs want.
    public init(from random: inout some RandomNumberGenerator) {
        _ = LibraryError.isReady
        let seed: [UInt8] = (0..<4).flatMap { _ in Self.bytes(random.next()) }
        let key = unsafe seed.withUnsafeBufferPointer { bytes in
            unsafe EVP_PKEY_new_raw_private_key(
                EVP_PKEY_ED25519, nil, bytes.baseAddress, bytes.count)
        }
        guard let key = unsafe key else { preconditionFailure("every 32 bytes are a key") }
        handle = unsafe KeyHandle(owning: key)
    }

    /// Reads an unencrypted PKCS #8 `PRIVATE KEY`.
    public init(pem: [UInt8]) throws(CertificateError) {
        _ = LibraryError.isReady
        let bio = MemoryBIO(pem)
        // The callback refuses to ask a person for a password.
        let key = unsafe PEM_read_bio_PrivateKey(bio.pointer, nil, { _, _, _, _ in 0 }, nil)
        guard let key = unsafe key else {
            ERR_clear_error()
            throw .notPEM(expected: "private key")
        }
        let handle = unsafe KeyHandle(owning: key)
        guard unsafe EVP_PKEY_get_id(handle.pointer) == EVP_PKEY_ED25519 else {
            throw .unusable("the key is not an Ed25519 key")
        }
        self.handle = handle
    }

    /// PKCS #8, unencrypted: keep it in a file that only its owner can read.
    public var pem: [UInt8] {
        let bio = MemoryBIO()
        let result = unsafe PEM_write_bio_PKCS8PrivateKey(
            bio.pointer, handle.pointer, nil, nil, 0, nil, nil)
        precondition(result == 1, "a key can always be written")
        return bio.bytes
    }

    static func bytes(_ number: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * UInt64($0))) }
    }
}

/// Owns a reference to an EVP_PKEY, which is never changed once it is here.
@safe
final class KeyHandle: @unchecked Sendable {
    let pointer: OpaquePointer

    init(owning pointer: OpaquePointer) { unsafe self.pointer = unsafe pointer }

    deinit { unsafe EVP_PKEY_free(pointer) }
}
