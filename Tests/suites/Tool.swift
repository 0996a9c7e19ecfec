import Foundation

/// Runs the built `commy` as a user would, in a directory of its own.
struct Tool {
    /// Where the built programs lie.
    let products: String
    /// The working directory; reports go below it.
    let directory: String

    /// What one call came to.
    struct Result {
        let status: Int32
        let output: String
        let errors: String
    }

    init() throws {
        let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        products = URL(fileURLWithPath: own).deletingLastPathComponent().path
        directory = NSTemporaryDirectory() + "commy-suite-\(UInt32.random(in: 0 ... .max))"
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
    }

    /// The repository's root.
    static var root: String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().path
    }

    func write(_ name: String, _ text: String) throws {
        try text.write(toFile: "\(directory)/\(name)", atomically: true, encoding: .utf8)
    }

    func read(_ name: String) -> String {
        (try? String(contentsOfFile: "\(directory)/\(name)", encoding: .utf8)) ?? ""
    }

    func exists(_ name: String) -> Bool {
        FileManager.default.fileExists(atPath: "\(directory)/\(name)")
    }

    func remove() {
        try? FileManager.default.removeItem(atPath: directory)
    }

    /// Calls `commy` and waits for its end.
    func commy(_ arguments: String...) throws -> Result {
        try run(["\(products)/commy"] + arguments)
    }

    /// Runs a program with its output in files, which never fill up as pipes do.
    func run(_ command: [String]) throws -> Result {
        let process = try start(command)
        process.waitUntilExit()
        return Result(
            status: process.terminationStatus, output: read("stdout"), errors: read("stderr"))
    }

    /// Starts a program in the directory.
    func start(_ command: [String]) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: command[0])
        process.arguments = Array(command.dropFirst())
        process.currentDirectoryURL = URL(fileURLWithPath: directory)
        process.standardInput = FileHandle.nullDevice
        for (name, isError) in [("stdout", false), ("stderr", true)] {
            let path = "\(directory)/\(name)"
            _ = FileManager.default.createFile(atPath: path, contents: nil)
            let handle = FileHandle(forWritingAtPath: path)
            if isError { process.standardError = handle } else { process.standardOutput = handle }
        }
        try process.run()
        return process
    }
}
