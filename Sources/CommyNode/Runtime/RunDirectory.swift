internal import CommyLinux
internal import CommySession

/// The folder in which a mesh's local programs find their node, as the node itself uses it.
enum RunDirectory {
    /// Where programs look that are told nothing else.
    static var standard: String { NodeSocket.standardDirectory }

    static func socket(of node: String, in folder: String) -> String {
        NodeSocket.path(of: node, in: folder)
    }

    /// Held by the running node of that name.
    static func lock(of node: String, in folder: String) -> String {
        "\(folder)/\(node).lock"
    }

    /// Makes the folder and those above it, for its owner alone.
    static func make(_ path: String) throws(SystemError) {
        var made = path.hasPrefix("/") ? "" : "."
        for part in path.split(separator: "/") {
            made += "/\(part)"
            try WholeFile.makeFolder(made)
        }
    }
}
