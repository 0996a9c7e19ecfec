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
        mutual TLS 1.3, and by nothing else. --dev makes a mesh of this user's own: start it again
        and the second node joins the first. For any other mesh 'commy ca init' makes the root and
        'commy ca issue' the certificate of each node, which says the node's name and mesh.

        Settings; in a file without the dashes, one 'key = value' a line, '#' for comments. Flags
        win over the file, and lists are joined.
        \(SettingsReader.help)

        Signals: SIGTERM leaves the mesh and ends, twice ends at once; SIGHUP reads certificate, key
        and roots again, and keeps the old ones when the new ones are of no use.

        Exit codes: 0 left the mesh, 2 settings of no use, 3 could not begin or go on.
        """

    public static func run(_ arguments: [String]) -> Int32 {
        if arguments.contains("--help") || arguments.contains("-h") {
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
