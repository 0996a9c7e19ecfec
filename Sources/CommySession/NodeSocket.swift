internal import CLinux
public import CommyBase
internal import CommyLinux
internal import Glibc

/// Finds the socket of a node on this host.
public enum NodeSocket {
    /// The environment's folder and node, for programs that are told nothing else.
    public static let directoryVariable = "COMMY_RUN_DIR"
    public static let nodeVariable = "COMMY_NODE"

    /// `/run/commy` for root, else `commy` in the user's runtime folder (XDG_RUNTIME_DIR), else in
    /// `/tmp` with the user's number.
    public static var standardDirectory: String {
        if geteuid() == 0 { return "/run/commy" }
        if let folder = environment("XDG_RUNTIME_DIR") { return folder + "/commy" }
        return "/tmp/commy-\(geteuid())"
    }

    public static func path(of node: String, in folder: String) -> String {
        "\(folder)/\(node).sock"
    }

    /// The path of a node's socket. What is not named comes from the environment; a node that is
    /// not named there either is the only one that answers.
    ///
    /// Throws `notAttached` when none answers, `invalidArgument` when several do or the name is
    /// none.
    public static func find(
        node: String? = nil, runDirectory: String? = nil
    ) throws(CommyError) -> String {
        let folder = runDirectory ?? environment(directoryVariable) ?? standardDirectory
        if let name = node ?? environment(nodeVariable) {
            guard NameRule.accepts(name) else {
                throw CommyError(.invalidArgument, "node '\(name)': \(NameRule.words)")
            }
            return path(of: name, in: folder)
        }
        let names = nodes(in: folder)
        guard let name = names.first else {
            throw CommyError(
                .notAttached, "no node runs in \(folder); start one with: commyd --dev")
        }
        guard names.count == 1 else {
            let all = names.joined(separator: ", ")
            throw CommyError(
                .invalidArgument, "\(names.count) nodes run in \(folder): name one of \(all)")
        }
        return path(of: name, in: folder)
    }

    /// The nodes that answer in a folder, by name.
    public static func nodes(in folder: String) -> [String] {
        sockets(in: folder).filter {
            // A crash leaves its file behind; connecting tells.
            (try? UnixSocket(connectingTo: path(of: $0, in: folder))) != nil
        }
    }

    private static func sockets(in folder: String) -> [String] {
        guard let handle = unsafe opendir(folder) else { return [] }
        defer { unsafe closedir(handle) }
        var names: [String] = []
        while let entry = unsafe readdir(handle) {
            let file = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard file.hasSuffix(".sock") else { continue }
            let name = String(file.dropLast(".sock".utf8.count))
            if NameRule.accepts(name) { names.append(name) }
        }
        return names.sorted()
    }

    private static func environment(_ name: String) -> String? {
        guard let value = unsafe clinux_environment(name) else { return nil }
        let text = unsafe String(cString: value)
        return text.isEmpty ? nil : text
    }
}
