internal import CLinux
internal import CommyLinux
internal import Glibc

/// The folder in which a mesh's local programs find their node.
public enum RunDirectory {
    /// `/run/commy` for root, else `commy` in the user's runtime folder (XDG_RUNTIME_DIR), else in
    /// `/tmp` with the user's number.
    public static var standard: String {
        if geteuid() == 0 { return "/run/commy" }
        if let folder = unsafe clinux_environment("XDG_RUNTIME_DIR") {
            return unsafe String(cString: folder) + "/commy"
        }
        return "/tmp/commy-\(geteuid())"
    }

    public static func socket(of node: String, in folder: String) -> String {
        "\(folder)/\(node).sock"
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
