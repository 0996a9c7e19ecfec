internal import CommyBase
internal import CommyLinux
internal import CommyTLS

/// The files by which a node proves who it is and knows others, and what was read from them.
struct NodeIdentity {
    private let certificatePath: String
    private let keyPath: String
    private let trustPath: String
    let mesh: MeshName
    let name: NodeName
    /// What new connections begin with.
    private(set) var context: TLSContext

    /// Name and mesh are those of the certificate; what the settings say must agree.
    init(_ settings: NodeSettings) throws(NodeError) {
        guard let certificate = settings.certificate, let key = settings.key,
            let trust = settings.trust
        else { preconditionFailure("the reader has asked for them") }
        (certificatePath, keyPath, trustPath) = (certificate, key, trust)
        context = try Self.load(certificate, key, trust)
        let id = context.identity.id
        guard let mesh = MeshName(id.mesh), let name = NodeName(id.node) else {
            throw NodeError("\(certificate) is of \(id); names are \(NameRule.words)")
        }
        (self.mesh, self.name) = (mesh, name)
        if let wanted = settings.name, wanted != name {
            throw Self.another(certificate, "--name", wanted.text, name.text)
        }
        if let wanted = settings.mesh, wanted != mesh {
            throw Self.another(certificate, "--mesh", wanted.text, mesh.text)
        }
    }

    private static func another(
        _ path: String, _ flag: String, _ wanted: String, _ found: String
    ) -> NodeError {
        NodeError(
            "\(path): the certificate says '\(found)' where \(flag) says '\(wanted)'; leave "
                + "\(flag) out, or have the right one issued: 'commy ca issue'",
            code: .identityMismatch)
    }

    var facts: CertificateFacts { context.identity.facts }

    /// Fingerprints of the roots that are trusted.
    var anchorNames: [String] {
        context.trust.flatMap { $0.anchors.map(\.facts.fingerprint) }.sorted()
    }

    /// What became of each root that came or went, in words of the event `trust`.
    func changes(since before: [String]) -> [(anchor: String, state: String)] {
        let now = anchorNames
        return now.filter { !before.contains($0) }.map { ($0, "added") }
            + before.filter { !now.contains($0) }.map { ($0, "removed") }
    }

    /// Reads the files again; connections that exist keep what they began with. On an error the
    /// old ones stay in use. A certificate that does not count now is refused while the one in use
    /// does.
    mutating func reload(at now: WallInstant) throws(NodeError) {
        let fresh = try Self.load(certificatePath, keyPath, trustPath)
        let id = context.identity.id
        guard fresh.identity.id == id else {
            throw NodeError(
                "\(certificatePath) is of \(fresh.identity.id), and this node is \(id)",
                code: .identityMismatch)
        }
        if facts.isValid(at: now), let fault = fresh.identity.facts.fault(at: now) {
            throw NodeError("\(certificatePath): \(fault.words)", code: fault.code)
        }
        context = fresh
    }

    private static func load(
        _ certificatePath: String, _ keyPath: String, _ trustPath: String
    ) throws(NodeError) -> TLSContext {
        let certificate = try read(certificatePath)
        let key = try read(keyPath)
        let anchors = try read(trustPath)
        let chain = try NodeError.about(file: certificatePath) { () throws(CertificateError) in
            try Certificate.all(inPEM: certificate)
        }
        let signing = try NodeError.about(file: keyPath) { () throws(CertificateError) in
            try SigningKey(pem: key)
        }
        let identity = try NodeError.about(file: certificatePath) {
            () throws(CertificateError) in
            try TLSIdentity(chain: chain, key: signing)
        }
        let bundle = try NodeError.about(file: trustPath) { () throws(CertificateError) in
            try TrustBundle(pem: anchors)
        }
        guard bundle.mesh == identity.id.mesh else {
            throw NodeError(
                "\(trustPath) holds roots of the mesh '\(bundle.mesh)', and the certificate is of "
                    + "'\(identity.id.mesh)'", code: .wrongTrustDomain)
        }
        return try NodeError.about(file: certificatePath) { () throws(CertificateError) in
            try TLSContext(identity: identity, trust: [bundle])
        }
    }

    private static func read(_ path: String) throws(NodeError) -> [UInt8] {
        try NodeError.about { () throws(SystemError) in try WholeFile.read(path) }
    }
}

extension CertificateFacts {
    func isValid(at now: WallInstant) -> Bool { fault(at: now) == nil }

    /// Why the certificate does not count now.
    func fault(at now: WallInstant) -> (code: ErrorCode, words: String)? {
        if now < notBefore { return (.notYetValid, "the certificate counts from \(notBefore) on") }
        guard now >= notAfter else { return nil }
        return (.certificateExpired, "the certificate has expired at \(notAfter)")
    }
}
