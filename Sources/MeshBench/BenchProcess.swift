internal import Foundation

/// A program that the benchmark starts, and ends with this value.
final class BenchProcess {
    private let process = Process()
    let name: String
    /// Where its output goes, for an error message.
    private let log: String

    init(_ path: String, _ arguments: [String], folder: String) throws {
        name = URL(fileURLWithPath: path).lastPathComponent
        log = "\(folder)/\(name)-\(UInt32.random(in: 0 ... .max)).log"
        _ = FileManager.default.createFile(atPath: log, contents: nil)
        let output = FileHandle(forWritingAtPath: log)
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = output
        try process.run()
    }

    var identifier: Int32 { process.processIdentifier }

    /// Waits until its output has the text.
    func await(_ text: String) throws {
        for _ in 0..<2_000 {
            if output.contains(text) { return }
            guard process.isRunning else { break }
            Thread.sleep(forTimeInterval: 0.01)
        }
        throw MeshBenchError("\(name) did not start:\n\(output)")
    }

    var output: String { (try? String(contentsOfFile: log, encoding: .utf8)) ?? "" }

    /// Resident bytes, all of it and what is its own (anonymous).
    func memory() throws -> (resident: Double, anonymous: Double) {
        let status = try String(
            contentsOfFile: "/proc/\(identifier)/status", encoding: .utf8)
        func bytes(_ key: String) -> Double {
            for line in status.split(separator: "\n") where line.hasPrefix(key) {
                return Double(line.split(separator: " ").dropLast().last ?? "") ?? 0
            }
            return 0
        }
        return (bytes("VmRSS:") * 1_024, bytes("RssAnon:") * 1_024)
    }

    deinit {
        // SIGKILL: threads of this program may have blocked SIGTERM, which children inherit.
        kill(identifier, SIGKILL)
        process.waitUntilExit()
    }

    /// The path of a program that the machine has.
    static func find(_ program: String) -> String? {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let folders = path.split(separator: ":").map(String.init) + ["/usr/sbin", "/sbin"]
        return folders.map { "\($0)/\(program)" }.first {
            FileManager.default.isExecutableFile(atPath: $0)
        }
    }
}
