internal import CommyBase
internal import CommyLinux
internal import CommyNode
internal import CommyTLS
internal import Foundation

/// Two nodes of a mesh on this machine, linked over loopback, with everything that they need in a
/// folder of their own.
final class MeshPair {
    let folder: String
    let near: BenchProcess
    let far: BenchProcess
    /// For the peer that is bare TLS: the same certificates.
    let contexts: (near: TLSContext, far: TLSContext)

    var nearSocket: String { "\(folder)/run/near.sock" }
    var farSocket: String { "\(folder)/run/far.sock" }

    init(in folder: String) throws {
        self.folder = folder
        let now = LoopTime.wallClock
        var random = SystemRandomNumberGenerator()
        let authority = try AuthorityDirectory(
            creating: "\(folder)/authority", mesh: "bench", lifetime: .seconds(86_400), at: now,
            random: &random)
        let daemon = try SiblingProgram(named: "commyd").path
        var files: [AuthorityDirectory.IssuedFiles] = []
        for name in ["near", "far"] {
            files.append(
                try authority.issue(
                    node: name, into: "\(folder)/\(name)", lifetime: .seconds(86_400), at: now,
                    random: &random))
        }
        contexts = (near: try Self.context(files[0]), far: try Self.context(files[1]))
        let port = try Self.freePort()
        near = try BenchProcess(
            daemon, Self.arguments("near", files[0], folder) + ["--listen", "127.0.0.1:\(port)"],
            folder: folder)
        try near.await("serves programs at")
        let other = try Self.freePort()
        far = try BenchProcess(
            daemon,
            Self.arguments("far", files[1], folder)
                + ["--listen", "127.0.0.1:\(other)", "--join", "127.0.0.1:\(port)"],
            folder: folder)
        try far.await("serves programs at")
        var session = try MeshSession.attached(to: farSocket, name: "observer")
        try session.awaitLink()
    }

    private static func arguments(
        _ name: String, _ files: AuthorityDirectory.IssuedFiles, _ folder: String
    ) -> [String] {
        [
            "--name", name, "--mesh", "bench", "--run-dir", "\(folder)/run", "--certificate",
            files.certificatePath, "--key", files.keyPath, "--trust", files.trustPath,
        ]
    }

    private static func context(_ files: AuthorityDirectory.IssuedFiles) throws -> TLSContext {
        let identity = try TLSIdentity(
            certificatePEM: try WholeFile.read(files.certificatePath),
            keyPEM: try WholeFile.read(files.keyPath))
        let trust = try TrustBundle(pem: try WholeFile.read(files.trustPath))
        return try TLSContext(identity: identity, trust: [trust])
    }

    /// One that nobody listens on now.
    static func freePort() throws -> UInt16 {
        try TCPListener(on: .loopback(port: 0)).localAddress().port
    }
}

/// The date, for certificates.
enum LoopTime {
    static var wallClock: WallInstant { MonotonicClock().wallClock }
}
