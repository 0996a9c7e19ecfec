internal import CommyLinux
internal import Synchronization

/// A real `commyd` of a development mesh, killed with its last owner.
public final class LiveNode: Sendable {
    public let folder: TestFolder
    public let name: String
    private let process: Mutex<Box>

    private struct Box: ~Copyable {
        var process: LineProcess
    }

    /// The node's socket.
    public var path: String { "\(folder.path)/\(name).sock" }

    /// Serves when this returns. With `events` it tells them, and `event` gives them.
    public init(_ name: String = "here", in folder: TestFolder, events: Bool = false) throws {
        self.folder = folder
        self.name = name
        let words = ["--dev", "--name", name, "--run-dir", folder.path]
        let process = try LineProcess("commyd", words + (events ? ["--events"] : []))
        try process.wait(for: "the socket of '\(name)'") {
            (try? UnixSocket(connectingTo: "\(folder.path)/\(name).sock")) != nil
        }
        self.process = Mutex(Box(process: process))
    }

    /// Waits for a line of its events that begins so.
    @discardableResult
    public func event(_ start: String) throws -> String {
        try process.withLock { try $0.process.line(beginning: "@commy \(start)") }
    }

    /// As a crash would end it; returns when it is gone.
    public func kill() throws { try process.withLock { try $0.process.kill() } }

    /// Asks it to stop, and waits until it has.
    public func stop() throws {
        try process.withLock { box in
            try box.process.terminate()
            _ = try box.process.finish()
        }
    }
}
