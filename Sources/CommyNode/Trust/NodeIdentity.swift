internal import CLinux
internal import CommyBase
internal import CommyLinux
internal import CommyMesh
internal import CommyTLS

/// By what a node proves who it is and knows others: its files, and what the mesh has decided
/// since.
struct NodeIdentity {
    private let files: Files
    let mesh: MeshName
    let name: NodeName
    /// The operator's roots, whatever the mesh has decided about them.
    private var fileRoots: [Certificate]
    private(set) var record: TrustRecord
    /// Where the record is kept over restarts.
    private let recordPath: String
    /// What new connections begin with.
    private(set) var context: TLSContext

    private struct Files {
        let certificate: String
        let key: String
        let trust: String
    }

    /// Name and mesh are those of the certificate; what the settings say must agree.
    init(_ settings: NodeSettings) throws(NodeError) {
        guard let certificate = settings.certificate, let key = settings.key,
            let trust = settings.trust
        else { preconditionFailure("the reader has asked for them") }
        files = Files(certificate: certificate, key: key, trust: trust)
        let identity = try Self.identity(files)
        let id = identity.id
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
        let folder = settings.stateDirectory ?? WholeFile.folder(of: key)
        recordPath = "\(folder)/\(name).trust"
        record = try Self.record(at: recordPath, mesh)
        fileRoots = try Self.roots(files, mesh)
        context = try Self.context(identity, record.roots(over: fileRoots), files)
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

    /// The roots that are trusted, as the mesh calls them; none is left out, see `context`.
    var anchors: [TrustAnchor] {
        context.trust.flatMap { $0.anchors.compactMap(\.anchor) }
    }

    func trusts(_ anchor: Fingerprint) -> Bool {
        anchors.contains { $0.fingerprint == anchor }
    }

    /// The trusted root that a peer's certificate comes from; nil when others stand between them.
    func issuer(of facts: CertificateFacts) -> Fingerprint? {
        guard let keyID = facts.issuerKeyID else { return nil }
        return context.trust.flatMap(\.anchors).first { $0.facts.keyID == keyID }?.anchor?
            .fingerprint
    }

    /// The root that the node's certificate comes from, if this node has ever seen it.
    var issuer: Fingerprint? {
        guard let keyID = context.identity.chain.last?.facts.issuerKeyID else { return nil }
        let known = context.trust.flatMap(\.anchors) + fileRoots + record.added
        return known.first { $0.facts.keyID == keyID }?.anchor?.fingerprint
    }

    /// Reads the files again; connections that exist keep what they began with. On an error the
    /// old ones stay in use. A certificate that does not count now is refused while the one in use
    /// does.
    mutating func reload(at now: WallInstant) throws(NodeError) {
        let fresh = try Self.identity(files)
        let id = context.identity.id
        guard fresh.id == id else {
            throw NodeError(
                "\(files.certificate) is of \(fresh.id), and this node is \(id)",
                code: .identityMismatch)
        }
        if facts.isValid(at: now), let fault = fresh.facts.fault(at: now) {
            throw NodeError("\(files.certificate): \(fault.words)", code: fault.code)
        }
        let roots = try Self.roots(files, mesh)
        context = try Self.context(fresh, record.roots(over: roots), files)
        fileRoots = roots
    }
}

/// What the mesh decides about its roots.
extension NodeIdentity {
    /// Why a rotation to this root is not followed; nil when it may be.
    func refusal(of anchor: TrustAnchor, at now: WallInstant) -> NodeError? {
        do throws(NodeError) { _ = try root(anchor, at: now) } catch { return error }
        return nil
    }

    /// The node has entered this state of a rotation.
    mutating func enter(_ state: TrustState, at now: WallInstant) throws(NodeError) {
        _ = try root(state.anchor, at: now)
        var next = record
        next.enter(state)
        try keep(next)
    }

    /// Trusts one root more. What cannot be kept over a restart is not done: after it the node
    /// would be locked out, and the mesh would not know.
    mutating func install(_ anchor: TrustAnchor, at now: WallInstant) throws(NodeError) {
        var next = record
        next.add(try root(anchor, at: now))
        try change(to: next)
    }

    /// Trusts one root less.
    mutating func remove(_ anchor: Fingerprint) throws(NodeError) {
        var next = record
        next.remove(anchor.description)
        try change(to: next)
    }

    private mutating func change(to next: TrustRecord) throws(NodeError) {
        let fresh = try Self.context(context.identity, next.roots(over: fileRoots), files)
        try keep(next)
        context = fresh
    }

    private mutating func keep(_ next: TrustRecord) throws(NodeError) {
        do throws(SystemError) { try WholeFile.replace(recordPath, with: next.text) } catch {
            throw NodeError(
                "what the mesh decides about its roots cannot be kept: \(error); give a folder "
                    + "that the node may write to with --state-dir", code: .rotationRefused)
        }
        record = next
    }

    /// What a peer calls a root is looked at before it is one: it counts when it is trusted here
    /// already, or when a root that is has signed it. A peer's certificate proves who the peer is,
    /// and not that the operator wants another root.
    private func root(
        _ anchor: TrustAnchor, at now: WallInstant
    ) throws(NodeError) -> Certificate {
        let offer: OfferedRoot
        do throws(CertificateError) {
            offer = try OfferedRoot(pem: anchor.certificate, mesh: mesh.text)
        } catch {
            throw Self.refused(anchor, "is of no use: \(error)")
        }
        guard offer.root.anchor?.fingerprint == anchor.fingerprint else {
            throw Self.refused(
                anchor, "is another one: \(offer.root.facts.fingerprint.prefix(16))")
        }
        guard offer.root.anchor?.notAfter == anchor.notAfter else {
            throw Self.refused(anchor, "does not end when it is said to")
        }
        let trusted = context.trust.flatMap(\.anchors)
        guard trusts(anchor.fingerprint) || offer.isEndorsed(by: trusted, at: now) else {
            throw Self.refused(
                anchor,
                "is not signed by one that this node trusts: begin with the file "
                    + "incoming.pem that 'commy ca rotate add' writes")
        }
        return offer.root
    }

    private static func refused(_ anchor: TrustAnchor, _ why: String) -> NodeError {
        NodeError(
            "the root that is offered as \(anchor.fingerprint.short) \(why)",
            code: .rotationRefused)
    }
}

/// From the files.
extension NodeIdentity {
    private static func identity(_ files: Files) throws(NodeError) -> TLSIdentity {
        let certificate = try read(files.certificate)
        let key = try read(files.key)
        let chain = try NodeError.about(file: files.certificate) { () throws(CertificateError) in
            try Certificate.all(inPEM: certificate)
        }
        let signing = try NodeError.about(file: files.key) { () throws(CertificateError) in
            try SigningKey(pem: key)
        }
        return try NodeError.about(file: files.certificate) { () throws(CertificateError) in
            try TLSIdentity(chain: chain, key: signing)
        }
    }

    private static func roots(
        _ files: Files, _ mesh: MeshName
    ) throws(NodeError) -> [Certificate] {
        let pem = try read(files.trust)
        let bundle = try NodeError.about(file: files.trust) { () throws(CertificateError) in
            try TrustBundle(pem: pem)
        }
        guard bundle.mesh == mesh.text else {
            throw NodeError(
                "\(files.trust) holds roots of the mesh '\(bundle.mesh)', and the certificate is "
                    + "of '\(mesh)'", code: .wrongTrustDomain)
        }
        return bundle.anchors
    }

    private static func record(
        at path: String, _ mesh: MeshName
    ) throws(NodeError) -> TrustRecord {
        let text: [UInt8]
        do throws(SystemError) { text = try WholeFile.read(path) } catch {
            if error.number == ENOENT { return TrustRecord() }
            throw NodeError(error)
        }
        do throws(TrustRecord.Damage) { return try TrustRecord(text: text, mesh: mesh.text) } catch
        {
            throw NodeError(
                "\(path): \(error.words); without this file the node trusts what --trust says, "
                    + "until the mesh tells it more: if that is right, remove it")
        }
    }

    private static func context(
        _ identity: TLSIdentity, _ roots: [Certificate], _ files: Files
    ) throws(NodeError) -> TLSContext {
        guard !roots.isEmpty else {
            throw NodeError(
                "\(files.trust) holds only roots that the mesh has removed; take the file that "
                    + "'commy ca issue' writes now", code: .unknownAuthority)
        }
        guard roots.count <= TrustLimits.bundle, roots.allSatisfy({ $0.anchor != nil }) else {
            throw NodeError(
                "\(files.trust) and the mesh name \(roots.count) roots; \(TrustLimits.bundle) are "
                    + "allowed, of at most \(TrustAnchor.byteLimit) bytes each")
        }
        return try NodeError.about(file: files.certificate) { () throws(CertificateError) in
            try TLSContext(identity: identity, trust: [try TrustBundle(roots)])
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
