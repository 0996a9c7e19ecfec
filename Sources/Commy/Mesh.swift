public import CommyBase
internal import CommySession

/// What can go wrong, with a code to act on.
public typealias CommyError = CommyBase.CommyError
/// Why, as a number that every surface shows alike.
public typealias ErrorCode = CommyBase.ErrorCode

/// This process's place in the mesh: it calls services, serves them and watches who serves.
///
///     let mesh = try await Mesh.connect()
///     try await mesh.serve("greeter") { (name: String, _) in "Hello, \(name)!" }
///     let greeting: String = try await mesh.call("greeter", with: "world")
///     await mesh.close()
///
/// One `Mesh` is enough for a process; it may be used from everywhere. Behind it one thread speaks
/// with the host's node (`commyd`) over a Unix socket. When the node goes away, the thread attaches
/// again as soon as it can, and what is served and watched is there again by itself. Calls that
/// were under way then fail; calls made meanwhile wait, for as long as their deadline allows.
/// It stays until `close`, whoever still holds the value: a program that only serves need not keep
/// it.
public final class Mesh: Sendable {
    let mailbox: Mailbox
    let configuration: MeshConfiguration
    /// The name of the node, and of its mesh.
    public let node: String
    public let name: String

    private init(
        _ mailbox: Mailbox, _ configuration: MeshConfiguration, _ place: AttachedPlace
    ) {
        self.mailbox = mailbox
        self.configuration = configuration
        node = place.node
        name = place.mesh
    }

    /// Attaches to the node of this host.
    ///
    /// Throws `notAttached` when none runs (the detail says how to start one), `invalidArgument`
    /// when several run and none was named, `permissionDenied` when the node refuses this process.
    public static func connect(
        _ configuration: MeshConfiguration = MeshConfiguration()
    ) async throws(CommyError) -> Mesh {
        let path = try NodeSocket.find(
            node: configuration.node, runDirectory: configuration.runDirectory)
        let mailbox = try MeshLoop.start(path, configuration)
        let attached = await withCheckedContinuation { continuation in
            mailbox.post(.whenAttached(continuation))
        }
        return Mesh(mailbox, configuration, try attached.get())
    }

    /// Leaves politely: takes no new requests, lets those that are worked on be answered and calls
    /// end, then lets go of everything. Returns when that is done. What is called later fails with
    /// `notAttached`. Not closing is harmless, too: the node notices the end of the process.
    public func close() async {
        await withCheckedContinuation { continuation in
            mailbox.post(.close(continuation))
        }
    }
}

/// Where a process has attached.
struct AttachedPlace: Sendable {
    var node: String
    var mesh: String
}
