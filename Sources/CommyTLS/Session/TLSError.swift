/// Why a session cannot begin or go on. After any of these it is of no more use; drain its output
/// once, as it may hold the alert that tells the other side.
public enum TLSError: Error, Sendable, Equatable, CustomStringConvertible {
    /// This side does not accept the other.
    case refused(PeerFault)
    /// The other side does not accept this one, or gave up.
    case refusedByPeer(TLSAlert)
    /// The stream ended without a close-notify: bytes may be missing.
    case truncated
    /// The other side does not follow RFC 8446; OpenSSL's words.
    case violation(String)

    public var description: String {
        switch self {
        case .refused(let fault): "refused: \(fault)"
        case .refusedByPeer(let alert): "refused by the other side: \(alert)"
        case .truncated: "the connection ended before the session did"
        case .violation(let words): "no valid TLS: \(words)"
        }
    }
}

/// What is wrong with the other side of a session.
public enum PeerFault: Sendable, Equatable, CustomStringConvertible {
    /// Its certificate leads to no anchor of its mesh: a stranger.
    case unknownAuthority
    /// Its certificate, or one that signed it, does not count any more.
    case expired
    case notYetValid
    /// It belongs to a mesh that is not trusted here.
    case wrongTrustDomain(String)
    /// It sent no certificate.
    case noCertificate
    /// Its certificate is not an X.509-SVID of a node; in words.
    case unsuitable(String)
    /// It speaks no TLS 1.3.
    case version
    /// It does not speak what the context asks for.
    case noCommonProtocol

    public var description: String {
        switch self {
        case .unknownAuthority: "a stranger: no trusted root has signed its certificate"
        case .expired: "its certificate has expired"
        case .notYetValid: "its certificate is not valid yet"
        case .wrongTrustDomain(let mesh): "it belongs to another mesh, '\(mesh)'"
        case .noCertificate: "it sent no certificate"
        case .unsuitable(let why): "its certificate is not a node's: \(why)"
        case .version: "it speaks no TLS 1.3"
        case .noCommonProtocol: "it speaks another protocol"
        }
    }
}

/// A fatal alert of the other side (RFC 8446, 6.2).
///
/// What the same Commy on the other side means by them: 42 a damaged certificate, 43 one that is
/// not a node's, 45 one that is not valid now (too early or too late), 48 a stranger's, 40 one of
/// another mesh (or nothing in common to negotiate), 116 none at all, 120 another protocol.
public struct TLSAlert: Sendable, Hashable, CustomStringConvertible {
    public let number: UInt8

    public init(_ number: UInt8) { self.number = number }

    public static let handshakeFailure = TLSAlert(40)
    public static let badCertificate = TLSAlert(42)
    public static let unsupportedCertificate = TLSAlert(43)
    public static let certificateExpired = TLSAlert(45)
    public static let unknownAuthority = TLSAlert(48)
    public static let protocolVersion = TLSAlert(70)
    public static let certificateRequired = TLSAlert(116)
    public static let noApplicationProtocol = TLSAlert(120)

    public var description: String {
        let name: String? =
            switch self {
            case .handshakeFailure: "handshake failure"
            case .badCertificate: "bad certificate"
            case .unsupportedCertificate: "unsuitable certificate"
            case .certificateExpired: "certificate expired or not valid yet"
            case .unknownAuthority: "unknown authority"
            case .protocolVersion: "protocol version"
            case .certificateRequired: "certificate required"
            case .noApplicationProtocol: "no common protocol"
            case _: nil
            }
        return name.map { "\($0) (alert \(number))" } ?? "alert \(number)"
    }
}
