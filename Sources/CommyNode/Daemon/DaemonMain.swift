internal import CLinux
internal import CommyBase
internal import CommyLinux
internal import CommyReactor

/// What `commyd` does: the words in, the exit code out.
///
/// 0 the node has left the mesh; 2 the settings cannot be used; 3 it could not begin or go on.
public enum DaemonMain {
    private static let usage = """
        usage: commyd --dev [SETTING ...]
               commyd --certificate FILE --key FILE --trust FILE [SETTING ...]
               commyd --config FILE [SETTING ...]

        One node of a mesh. Programs of this host attach at its socket; other nodes are reached by
        mutual TLS 1.3, and by nothing else.

        To try it, start 'commyd --dev' twice: it makes a mesh of this user's own, and the second
        node joins the first. 'commy members' then shows both. For any other mesh, 'commy ca init'
        makes the root, and 'commy ca issue' the certificate of each node, which says the node's
        name and mesh:

          commy ca init shop && commy ca issue web
          commyd --certificate web.crt --key web.key --trust trust.pem --listen 10.0.0.1:7400
          commyd ... --listen 10.0.0.2:7400 --join 10.0.0.1:7400     (on another host)

        Settings; in a file without the dashes, one 'key = value' a line, '#' for comments. Flags
        win over the file, and lists are joined. ADDRESS is numeric; without a port it is \
        \(NodeSettings.defaultPort).
        \(SettingsReader.help)

        The socket is NAME.sock in --run-dir, which is \(RunDirectory.standard) for this user.
        --state-dir gets NAME.trust once the roots of the mesh are rotated; where it cannot be
        written, the rotation waits for this node.
        Limits: \(TunedLimit.names).

        On standard error the node says who comes and goes, whom it refuses and why, and what ends
        soon. Signals: SIGTERM leaves the mesh and ends, twice ends at once; SIGHUP reads
        certificate, key and roots again, and keeps the old ones when the new ones are of no use.

        Exit codes: 0 left the mesh, 2 settings of no use, 3 could not begin or go on.
        """

    public static func run(_ arguments: [String]) -> Int32 {
        if arguments.contains("--help") || arguments.contains("-h") || arguments == ["help"] {
            print(usage)
            return 0
        }
        var reader = SettingsReader()
        let isDevelopment = reader.read(arguments: arguments)
        guard reader.errors.isEmpty else {
            for error in reader.errors { Complaint.write(error.description) }
            Complaint.write("'commyd --help' shows what there is")
            return 2
        }
        do throws(NodeError) {
            let clock = try NodeError.about { () throws(SystemError) in
                try LoopClock.ofThisProcess(originNanoseconds: 0)
            }
            if isDevelopment {
                let mesh = try DevelopmentMesh(reader.settings, at: clock.wallClock)
                var runtime = try NodeRuntime(mesh.settings, clock: clock)
                try mesh.enter(&runtime)
                try serve(&runtime)
            } else {
                var runtime = try NodeRuntime(reader.settings, clock: clock)
                try serve(&runtime)
            }
            return 0
        } catch {
            Complaint.write(error.description)
            return 3
        }
    }

    private static func serve(_ runtime: inout NodeRuntime) throws(NodeError) {
        let places = runtime.addresses.map(\.description).joined(separator: ", ")
        Complaint.write(
            "node '\(runtime.name)' of the mesh '\(runtime.mesh)' serves programs at "
                + "\(runtime.socketPath) and nodes at \(places.isEmpty ? "no address" : places)")
        try runtime.run()
    }
}
