internal import CommyBase
internal import CommyLinux
internal import CommyTLS

/// `commyd --dev`: a mesh of one user, made when the first node starts; the next ones find it in
/// the run directory and join by themselves.
///
/// It has a root, certificates and mutual TLS like every mesh: there is no mode without. On
/// another machine, a copy of the folder `dev/ca` and one address (`--join`) make a node of the
/// same mesh.
///
/// A node holds the folder's lock from `init` to `enter`: of two that start at once, the second
/// finds the root and the address of the first.
struct DevelopmentMesh: ~Copyable {
    /// What was given, completed.
    private(set) var settings: NodeSettings
    private let book: AddressBook
    private let lock: FileLock

    private static let lifetime = Duration.seconds(30 * 86_400)

    init(_ given: NodeSettings, at now: WallInstant) throws(NodeError) {
        let run = given.runDirectory ?? RunDirectory.standard
        let folder = "\(run)/dev"
        let lock = try NodeError.about { () throws(SystemError) in
            try RunDirectory.make(folder)
            return try FileLock.wait(for: "\(folder)/lock")
        }
        let authority = try Self.authority(in: "\(folder)/ca", at: now)
        let name: NodeName
        if let wanted = given.name { name = wanted } else { name = try Self.freeName(in: run) }
        var settings = given
        settings.runDirectory = run
        settings.name = name
        if settings.listen.isEmpty { settings.listen = [.loopback(port: 0)] }
        var random = SystemRandomNumberGenerator()
        do throws(AuthorityError) {
            let issued = try authority.issue(
                node: name.text, into: "\(folder)/nodes", lifetime: Self.lifetime, at: now,
                random: &random)
            settings.certificate = issued.certificatePath
            settings.key = issued.keyPath
            settings.trust = issued.trustPath
        } catch {
            throw NodeError(error.description)
        }
        self.settings = settings
        self.lock = lock
        book = AddressBook(path: "\(folder)/addresses")
    }

    /// The node listens: the ones before it are told to it, and it to those that come.
    consuming func enter(_ runtime: inout NodeRuntime) throws(NodeError) {
        try book.add(runtime.name, runtime.addresses)
        runtime.join(book.addresses(except: runtime.name))
    }

    private static func authority(
        in folder: String, at now: WallInstant
    ) throws(NodeError) -> AuthorityDirectory {
        if let existing = try? AuthorityDirectory(opening: folder) { return existing }
        var random = SystemRandomNumberGenerator()
        do throws(AuthorityError) {
            return try AuthorityDirectory(
                creating: folder, mesh: "dev", lifetime: lifetime * 12, at: now, random: &random)
        } catch {
            throw NodeError(error.description)
        }
    }

    /// The machine's name, with a number behind it when a node of that name runs here.
    private static func freeName(in run: String) throws(NodeError) -> NodeName {
        let base = hostName()
        for number in 1...99 {
            let text = number == 1 ? base : "\(base)-\(number)"
            guard let name = NodeName(text) else { break }
            let isFree = try NodeError.about { () throws(SystemError) in
                try FileLock.take(RunDirectory.lock(of: text, in: run)) != nil
            }
            if isFree { return name }
        }
        throw NodeError("no name is free in \(run): give one with --name", code: .nameTaken)
    }

    private static func hostName() -> String {
        var bytes = (try? WholeFile.read("/proc/sys/kernel/hostname")) ?? []
        if bytes.last == 0x0a { bytes.removeLast() }
        let text = String(decoding: bytes.prefix(NameRule.byteLimit - 3), as: UTF8.self)
            .lowercased()
        return NameRule.accepts(text) ? text : "node"
    }
}
