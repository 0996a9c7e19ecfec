internal import CommyBase

/// The SHA-256 of a certificate.
public struct Fingerprint: Sendable, Hashable, Comparable, CustomStringConvertible {
    public static let byteCount = 32
    /// The digest as four numbers, most significant byte first.
    let words: InlineWords

    struct InlineWords: Sendable, Hashable {
        var a: UInt64
        var b: UInt64
        var c: UInt64
        var d: UInt64
    }

    /// Nil when there are not exactly 32 bytes.
    public init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        var words: [UInt64] = [0, 0, 0, 0]
        for (index, byte) in bytes.enumerated() {
            words[index / 8] = words[index / 8] << 8 | UInt64(byte)
        }
        self.words = InlineWords(a: words[0], b: words[1], c: words[2], d: words[3])
    }

    public var bytes: [UInt8] {
        [words.a, words.b, words.c, words.d].flatMap { word in
            (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(56 - 8 * $0)) }
        }
    }

    /// 64 hexadecimal digits.
    public var description: String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    public static func < (left: Fingerprint, right: Fingerprint) -> Bool {
        (left.words.a, left.words.b, left.words.c, left.words.d)
            < (right.words.a, right.words.b, right.words.c, right.words.d)
    }
}

/// A certificate that others are checked against. What is in it is not looked at here.
public struct TrustAnchor: Sendable, Hashable {
    public let fingerprint: Fingerprint
    /// The end of its validity, in seconds since 1970 (UTC).
    public let notAfter: Int64
    /// The certificate as it is stored and sent; at most `byteLimit` bytes, opaque here.
    public let certificate: [UInt8]

    /// An Ed25519 root in PEM has about 600 bytes.
    public static let byteLimit = 8_192

    /// Nil when the certificate is empty or too long.
    public init?(fingerprint: Fingerprint, notAfter: Int64, certificate: [UInt8]) {
        guard !certificate.isEmpty, certificate.count <= Self.byteLimit else { return nil }
        self.fingerprint = fingerprint
        self.notAfter = notAfter
        self.certificate = certificate
    }
}
