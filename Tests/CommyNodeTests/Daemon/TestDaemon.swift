import CommyBase
import CommyLinux
import Foundation

/// One `commyd` process, and what it has said so far.
final class TestDaemon {
    let process = Process()
    private let outputPath: String
    private let errorPath: String

    struct Silence: Error, CustomStringConvertible {
        let description: String
    }

    /// A busy machine may need it; a test that passes does not wait for it.
    private static let patience = 60.0

    init(_ words: [String], output: String, environment: [String: String]) throws {
        outputPath = output + ".out"
        errorPath = output + ".err"
        for path in [outputPath, errorPath] {
            _ = FileManager.default.createFile(atPath: path, contents: nil)
        }
        let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let products = URL(fileURLWithPath: own).deletingLastPathComponent()
        process.executableURL = products.appendingPathComponent("commyd")
        process.arguments = words
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle(forWritingAtPath: outputPath)
        process.standardError = FileHandle(forWritingAtPath: errorPath)
        try process.run()
    }

    var pid: Int32 { process.processIdentifier }

    /// Each event as its words; those that are begun and not ended are not among them.
    var events: [String] {
        let text = (try? String(contentsOfFile: outputPath, encoding: .utf8)) ?? ""
        return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            .compactMap { $0.hasPrefix("@commy ") ? String($0.dropFirst(7)) : nil }
    }

    var errors: String { (try? String(contentsOfFile: errorPath, encoding: .utf8)) ?? "" }

    /// Where it listens, from its own words.
    var address: String {
        guard let places = errors.components(separatedBy: " and nodes at ").last else { return "" }
        return places.prefix { $0 != "," && $0 != "\n" }.description
    }

    /// Waits for an event that has all these words, and returns it.
    @discardableResult
    func event(_ words: String..., after count: Int = 0) throws -> String {
        try wait("'\(words.joined(separator: " "))'") {
            events.dropFirst(count).first { event in
                let parts = event.split(separator: " ").map(String.init)
                return words.allSatisfy(parts.contains)
            }
        }
    }

    func has(_ words: String...) -> Bool {
        events.contains { event in
            let parts = event.split(separator: " ").map(String.init)
            return words.allSatisfy(parts.contains)
        }
    }

    /// The newest view: how many are alive, and its hash.
    var view: (alive: Int, hash: String)? {
        guard let last = events.last(where: { $0.hasPrefix("view ") }) else { return nil }
        var pairs: [String: String] = [:]
        for word in last.split(separator: " ") {
            let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
            if parts.count == 2 { pairs[parts[0]] = parts[1] }
        }
        guard let alive = pairs["alive"].flatMap({ Int($0) }), let hash = pairs["hash"] else {
            return nil
        }
        return (alive, hash)
    }

    func wait<Value>(_ what: String, _ body: () -> Value?) throws -> Value {
        let end = Date().addingTimeInterval(Self.patience)
        while Date() < end {
            if let value = body() { return value }
            Thread.sleep(forTimeInterval: 0.02)
        }
        throw Silence(
            description: "no \(what) from process \(pid):\n"
                + events.suffix(40).joined(separator: "\n") + "\n" + errors)
    }

    func signal(_ number: Int32) { _ = Foundation.kill(pid, number) }
    func kill() { if process.isRunning { signal(SIGKILL) } }

    /// Waits for the end: the exit code.
    @discardableResult
    func end() throws -> Int32 {
        try wait("end") { process.isRunning ? nil : process.terminationStatus }
    }
}

/// All see one view with so many alive.
func expectOneView(_ daemons: [TestDaemon], alive: Int) throws {
    for daemon in daemons {
        _ = try daemon.wait("view of \(alive) that all have") {
            let views = daemons.map(\.view)
            let isOne = views.allSatisfy { $0?.alive == alive && $0?.hash == views[0]?.hash }
            return isOne ? true : nil
        }
    }
}
