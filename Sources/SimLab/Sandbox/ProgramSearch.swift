internal import Foundation

/// Where the programs of a scenario are looked for: the harness's PATH and the system directories,
/// which an unprivileged user's PATH often lacks.
enum ProgramSearch {
    /// The PATH that processes on hosts get.
    static let path: String = {
        var directories = (ProcessInfo.processInfo.environment["PATH"] ?? "")
            .split(separator: ":").map(String.init)
        for directory in [
            "/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin",
        ]
        where !directories.contains(directory) {
            directories.append(directory)
        }
        return directories.joined(separator: ":")
    }()

    static func finds(_ program: String) -> Bool {
        if program.contains("/") { return FileManager.default.isExecutableFile(atPath: program) }
        return path.split(separator: ":").contains {
            FileManager.default.isExecutableFile(atPath: "\($0)/\(program)")
        }
    }
}
