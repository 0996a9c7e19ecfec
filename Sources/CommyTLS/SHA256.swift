internal import COpenSSL

/// SHA-256 (FIPS 180-4) of bytes that come piece by piece.
@safe
public struct SHA256: ~Copyable {
    public static let byteCount = 32
    private let context: OpaquePointer

    public init() {
        // Both fail for want of memory only.
        guard let context = unsafe EVP_MD_CTX_new(),
            unsafe EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1
        else { preconditionFailure("OpenSSL has no SHA-256") }
        unsafe self.context = unsafe context
    }

    deinit { unsafe EVP_MD_CTX_free(context) }

    public mutating func update(_ bytes: [UInt8]) {
        let result = unsafe bytes.withUnsafeBytes { pointer in
            unsafe EVP_DigestUpdate(context, pointer.baseAddress, pointer.count)
        }
        precondition(result == 1, "a digest takes any bytes")
    }

    /// The hash of all that came, in hexadecimal; nothing may come after it.
    public consuming func finishedText() -> String {
        var hash = [UInt8](repeating: 0, count: Self.byteCount)
        let result = unsafe hash.withUnsafeMutableBufferPointer { pointer in
            unsafe EVP_DigestFinal_ex(context, pointer.baseAddress, nil)
        }
        precondition(result == 1, "a digest ends once")
        return HexText.of(hash)
    }
}
