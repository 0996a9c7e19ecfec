/// Why a certificate, a key or a bundle cannot be used.
public enum CertificateError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The text is not PEM, or holds nothing of the kind.
    case notPEM(expected: String)
    /// Well-formed, but nothing that a mesh can use; in words.
    case unusable(String)
    /// Key and certificate do not belong together.
    case keyOfAnother
    /// OpenSSL refused; its own words.
    case library(String)

    public var description: String {
        switch self {
        case .notPEM(let expected): "there is no PEM \(expected) in it"
        case .unusable(let why): why
        case .keyOfAnother: "the key is not the one of the certificate"
        case .library(let words): "OpenSSL: \(words)"
        }
    }
}
