import CommyBase
import CommyLinux
import CommyMesh
import CommyNode
import CommyTLS
import Foundation
import Testing

/// A mesh of real daemons on loopback: a folder, a root, and what was started in it. All that was
/// started is killed when the mesh goes.
final class TestMesh {
    let folder: String
    private(set) var authority: AuthorityDirectory
    private var daemons: [TestDaemon] = []

    init(name: String = "shop") throws {
        folder = NSTemporaryDirectory() + "commyd-\(UInt32.random(in: 0 ... .max))"
        try WholeFile.makeFolder(folder)
        authority = try Self.root(name, folder, "ca")
    }

    deinit {
        for daemon in daemons { daemon.kill() }
        try? FileManager.default.removeItem(atPath: folder)
    }

    static func root(
        _ mesh: String, _ folder: String, _ name: String
    ) throws -> AuthorityDirectory {
        var random = SystemRandomNumberGenerator()
        return try AuthorityDirectory(
            creating: "\(folder)/\(name)", mesh: mesh, lifetime: .seconds(86_400), at: now,
            random: &random)
    }

    static var now: WallInstant { MonotonicClock().wallClock }

    /// The files of a node, in a folder of its own.
    @discardableResult
    func issue(
        _ node: String, by other: AuthorityDirectory? = nil,
        lifetime: Duration = .seconds(3_600), at instant: WallInstant = now
    ) throws -> AuthorityDirectory.IssuedFiles {
        var random = SystemRandomNumberGenerator()
        return try (other ?? authority).issue(
            node: node, into: "\(folder)/\(node)", lifetime: lifetime, at: instant,
            random: &random)
    }

    func rotate(_ body: (inout AuthorityDirectory) throws -> Void) rethrows {
        try body(&authority)
    }

    /// What `commy trust begin` sends of the file that `commy ca rotate add` has made.
    func incoming() throws -> TrustAnchor { try Self.incoming(of: authority) }

    static func incoming(of authority: AuthorityDirectory) throws -> TrustAnchor {
        let pem = try Data(contentsOf: URL(fileURLWithPath: authority.incomingPath))
        let offer = try #require(
            OfferedRoot(in: try Certificate.all(inPEM: Array(pem)), beside: []))
        return try #require(offer.root.anchor(endorsements: offer.endorsements))
    }

    /// Starts a node with files that were issued before, and waits until it serves.
    @discardableResult
    func start(
        _ node: String, join others: [TestDaemon] = [], _ more: [String] = []
    ) throws -> TestDaemon {
        let daemon = try launch(node, flags(node, join: others) + more)
        try daemon.event("started")
        return daemon
    }

    /// Issues and starts.
    @discardableResult
    func startNew(
        _ node: String, join others: [TestDaemon] = [], _ more: [String] = []
    ) throws -> TestDaemon {
        try issue(node)
        return try start(node, join: others, more)
    }

    func flags(_ node: String, join others: [TestDaemon] = []) -> [String] {
        let files = "\(folder)/\(node)/"
        var flags = [
            "--name", node, "--listen", "127.0.0.1:0", "--run-dir", "\(folder)/run", "--events",
            "--certificate", "\(files)\(node).crt", "--key", "\(files)\(node).key",
            "--trust", "\(files)trust.pem",
        ]
        for other in others { flags += ["--join", other.address] }
        return flags
    }

    /// Starts `commyd` with these words and waits for nothing.
    func launch(
        _ label: String, _ words: [String], environment: [String: String] = [:]
    ) throws -> TestDaemon {
        let daemon = try TestDaemon(
            words, output: "\(folder)/\(label)-\(daemons.count)", environment: environment)
        daemons.append(daemon)
        return daemon
    }
}
