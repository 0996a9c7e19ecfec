internal import CLinux
public import CommyBase
internal import CommyLinux
public import CommyTLS

/// The folder in which an operator keeps the trust root of a mesh.
///
/// `authority.pem` (mode 0600) holds the roots and their keys; `trust.pem` is for every node;
/// `incoming.pem` is for `commy trust begin` while a new root is added: the root, then the
/// certificate by which the old one vouches for it, without which no node takes it over. A trust
/// root is replaced in three steps, so that at each instant every node trusts whatever any other
/// one may show:
///
///     steady --add--> added --switch--> switched --remove--> steady
///
/// `add` makes a new root that is trusted beside the old one; `switch` has the new one sign;
/// `remove` ends the trust in the old one. Between two steps every node must have what the step
/// before has changed.
public struct AuthorityDirectory {
    /// Where a rotation stands.
    public enum Step: String, Sendable, Equatable {
        case steady, added, switched
    }

    public let path: String
    private var file: AuthorityFile

    /// A certificate counts from this long before it was made, so that a node whose clock is late
    /// can use it. Ten minutes: more than what clocks without a time service differ in a month
    /// (100 parts in a million are four and a half minutes).
    public static let clockTolerance = Duration.seconds(600)

    public var mesh: String { file.signing.mesh }
    public var step: Step { file.step }
    /// The root that signs, then the one that comes or goes.
    public var roots: [CertificateFacts] {
        [file.signing.certificate, file.incoming?.certificate, file.outgoing]
            .compactMap { $0?.facts }
    }

    /// Makes the folder and a root in it; refuses when there is one.
    public init(
        creating path: String, mesh: String, lifetime: Duration, at now: WallInstant,
        random: inout some RandomNumberGenerator
    ) throws(AuthorityError) {
        if let existing = try? AuthorityDirectory(opening: path) {
            throw AuthorityError(
                "\(path) holds the root of the mesh '\(existing.mesh)' already",
                cure: "give another folder, or replace the root with 'commy ca rotate add'")
        }
        self.path = path
        do throws(CertificateError) {
            file = AuthorityFile(
                signing: try CertificateAuthority(
                    mesh: mesh, validity: Self.validity(lifetime, at: now), random: &random))
        } catch {
            throw AuthorityError("\(error)")
        }
        try Self.writing { () throws(SystemError) in
            try WholeFile.makeFolder(path)
            // Something else under that name stays: only what can be read as a root was refused.
            guard (try? WholeFile.read(Self.authorityPath(path))) == nil else {
                throw SystemError(number: EEXIST, call: "make \(Self.authorityPath(path))")
            }
        }
        try save()
    }

    /// Reads the folder; `trust.pem` is mended when a crash has left the one of before.
    public init(opening path: String) throws(AuthorityError) {
        self.path = path
        let bytes: [UInt8]
        do throws(SystemError) {
            bytes = try WholeFile.read(Self.authorityPath(path))
        } catch {
            throw AuthorityError(
                "\(error)", cure: "make a root with 'commy ca init MESH --directory \(path)'")
        }
        file = try AuthorityFile(bytes: bytes, path: Self.authorityPath(path))
        let trust = try trustPEM()
        if (try? WholeFile.read(trustPath)) != trust
            || file.offer.map({ $0 != (try? WholeFile.read(incomingPath)) }) ?? false
        {
            try save()
        }
    }

    public var trustPath: String { "\(path)/trust.pem" }
    /// The last new root with its endorsement.
    public var incomingPath: String { "\(path)/incoming.pem" }
    private static func authorityPath(_ path: String) -> String { "\(path)/authority.pem" }

    private func trustPEM() throws(AuthorityError) -> [UInt8] {
        do throws(CertificateError) { return try file.trust().pem } catch {
            throw AuthorityError("\(Self.authorityPath(path)): \(error)")
        }
    }

    private static func validity(
        _ lifetime: Duration, at now: WallInstant
    ) -> CertificateAuthority.Validity {
        .init(notBefore: now - clockTolerance, notAfter: now + lifetime)
    }

    private static func writing(
        _ body: () throws(SystemError) -> Void
    ) throws(AuthorityError) {
        do throws(SystemError) { try body() } catch {
            throw AuthorityError(
                "\(error)", cure: "see who owns the folder and whether there is room")
        }
    }

    private func save() throws(AuthorityError) {
        let trust = try trustPEM()
        let bytes = file.bytes
        try Self.writing { () throws(SystemError) in
            try WholeFile.replace(Self.authorityPath(path), with: bytes)
            try WholeFile.replace(trustPath, with: trust, mode: 0o644)
            if let offer = file.offer {
                try WholeFile.replace(incomingPath, with: offer, mode: 0o644)
            }
        }
    }
}

/// Certificates of nodes.
extension AuthorityDirectory {
    /// Where the three files of a node were written.
    public struct IssuedFiles: Sendable, Equatable {
        public let certificatePath: String
        public let keyPath: String
        public let trustPath: String
        public let facts: CertificateFacts
    }

    /// Makes a key and a certificate for a node, in a folder that is made when it is missing. The
    /// key is written first: a certificate there has its key, also after a crash.
    public func issue(
        node: String, into folder: String, lifetime: Duration, at now: WallInstant,
        random: inout some RandomNumberGenerator
    ) throws(AuthorityError) -> IssuedFiles {
        let root = file.signing.certificate.facts
        guard now < root.notAfter else {
            throw AuthorityError(
                "the root of the mesh '\(mesh)' has expired at \(root.notAfter)",
                cure: "replace it with 'commy ca rotate add --directory \(path)'")
        }
        let key = SigningKey(from: &random)
        let certificate: Certificate
        do throws(CertificateError) {
            // A certificate that outlives its root would only seem to be valid.
            var validity = Self.validity(lifetime, at: now)
            validity.notAfter = min(validity.notAfter, root.notAfter)
            certificate = try file.signing.issue(
                node: node, key: key, validity: validity, random: &random)
        } catch {
            throw AuthorityError("\(error)")
        }
        let trust = try trustPEM()
        let issued = IssuedFiles(
            certificatePath: "\(folder)/\(node).crt", keyPath: "\(folder)/\(node).key",
            trustPath: "\(folder)/trust.pem", facts: certificate.facts)
        try Self.writing { () throws(SystemError) in
            try WholeFile.makeFolder(folder)
            try WholeFile.replace(issued.keyPath, with: key.pem)
            try WholeFile.replace(issued.certificatePath, with: certificate.pem, mode: 0o644)
            if issued.trustPath != trustPath {
                try WholeFile.replace(issued.trustPath, with: trust, mode: 0o644)
            }
        }
        return issued
    }
}

/// The three steps of a rotation.
extension AuthorityDirectory {
    /// A new root is trusted beside the one that signs, which vouches for it until either ends.
    public mutating func addRoot(
        lifetime: Duration, at now: WallInstant, random: inout some RandomNumberGenerator
    ) throws(AuthorityError) {
        try require(.steady, for: "add")
        do throws(CertificateError) {
            let next = try CertificateAuthority(
                mesh: mesh, validity: Self.validity(lifetime, at: now), random: &random)
            var validity = Self.validity(lifetime, at: now)
            validity.notAfter = min(validity.notAfter, file.signing.certificate.facts.notAfter)
            guard validity.notBefore < validity.notAfter else {
                throw .unusable("the root has expired, and cannot vouch for another")
            }
            file.endorsement = try file.signing.endorse(
                next, validity: validity, random: &random)
            file.incoming = next
        } catch {
            throw AuthorityError("\(error)")
        }
        try save()
    }

    /// The new root signs from now on; the old one's key is destroyed.
    public mutating func switchRoot() throws(AuthorityError) {
        try require(.added, for: "switch")
        guard let incoming = file.incoming else { preconditionFailure("the step says so") }
        file.outgoing = file.signing.certificate
        file.signing = incoming
        file.incoming = nil
        file.endorsement = nil
        try save()
    }

    /// The old root is trusted no more.
    public mutating func removeRoot() throws(AuthorityError) {
        try require(.switched, for: "remove")
        file.outgoing = nil
        try save()
    }

    private func require(_ wanted: Step, for verb: String) throws(AuthorityError) {
        guard step != wanted else { return }
        let next =
            switch step {
            case .steady: "add"
            case .added: "switch"
            case .switched: "remove"
            }
        throw AuthorityError(
            "'\(verb)' is not the next step: the rotation of '\(mesh)' is \(step.rawValue)",
            cure: "the next one is 'commy ca rotate \(next) --directory \(path)'")
    }
}
