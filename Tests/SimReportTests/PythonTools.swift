import Foundation
import Testing

/// Programs that others wrote, from PyPI, in `.build-pytools`: what `Tests/report-tools.txt` names,
/// and the JUnit schema of Jenkins's xUnit plugin, which pytest's source distribution carries.
enum PythonTools {
    /// They cannot be installed.
    struct Missing: Error, CustomStringConvertible {
        let output: String

        var description: String {
            "the Python tools of the report tests cannot be installed. Install python3-venv and "
                + "python3-pip, let pip reach a package index, remove .build-pytools and try "
                + "again. It said:\n\(output)"
        }
    }

    static let directory = Snapshot.root.appending(path: ".build-pytools")
    static let schema = directory.appending(path: "junit-10.xsd")

    /// Path of the interpreter that has them; installs them when they are not there.
    static func python() throws -> String {
        let script = Snapshot.root.appending(path: "Tests/install-report-tools.sh").path
        let result = try ToolProcess.run("/bin/sh", [script], within: 240)
        guard result.status == 0 else { throw Missing(output: result.output) }
        return directory.appending(path: "venv/bin/python").path
    }
}

/// A program that a test runs to its end.
enum ToolProcess {
    /// Its status and what it has written to both outputs. After `seconds` it is ended.
    static func run(
        _ program: String, _ arguments: [String], within seconds: Int
    ) throws -> (status: Int32, output: String) {
        let process = Process()
        // timeout(1) ends the whole group, also what the program has started.
        process.executableURL = URL(filePath: "/usr/bin/timeout")
        process.arguments = ["--kill-after=5", String(seconds), program] + arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: data, as: UTF8.self))
    }
}
