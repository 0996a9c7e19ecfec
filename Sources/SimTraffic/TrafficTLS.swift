internal import CommyLinux
public import CommyTLS

/// Which certificate a source or an echo server shows, and whom it trusts: three PEM files of one
/// folder, as the harness lays them down on every host.
public struct TrafficTLS: Sendable, Equatable {
    /// The program's own certificate, and those between it and a root.
    public static let certificateFile = "certificate.pem"
    public static let keyFile = "key.pem"
    /// The roots that a peer's certificate must lead to.
    public static let trustFile = "trust.pem"

    public var folder: String
    /// The node that must answer; nil is any of the mesh.
    public var server: String?

    public init(folder: String, server: String? = nil) {
        self.folder = folder
        self.server = server
    }

    /// What is spoken inside.
    public enum Content: Sendable {
        case bytes, http
    }

    /// Reads the files. Throws why they cannot be used, in words.
    public func load(for content: Content) throws(TrafficCommand.Misuse) -> StreamSecurity {
        do {
            let identity = try TLSIdentity(
                certificatePEM: try WholeFile.read("\(folder)/\(Self.certificateFile)"),
                keyPEM: try WholeFile.read("\(folder)/\(Self.keyFile)"))
            let trust = try TrustBundle(pem: try WholeFile.read("\(folder)/\(Self.trustFile)"))
            let context = try TLSContext(
                identity: identity, trust: [trust],
                // Few servers have an opinion on HTTP/1.1, and none on bytes.
                protocol: content == .http ? .offered("http/1.1") : .unnamed)
            return StreamSecurity(context: context, server: server)
        } catch {
            throw TrafficCommand.Misuse("--tls \(folder): \(error)")
        }
    }
}

/// What the connections of one source, or of one echo server, begin TLS with.
public struct StreamSecurity: Sendable {
    public let context: TLSContext
    /// The node that must be at the other end; nil is any that `context` accepts.
    public let server: String?

    public init(context: TLSContext, server: String? = nil) {
        self.context = context
        self.server = server
    }
}
