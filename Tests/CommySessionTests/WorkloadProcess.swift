internal import CommyBase
internal import CommyLinux
internal import SimTraffic
internal import Testing

/// The real `commy-workload`, with what it prints.
struct WorkloadProcess: ~Copyable {
    private var command: ChildCommand
    private var text = ""

    /// Far above what anything here takes; a test fails then instead of hanging.
    private static let patienceMilliseconds: Int32 = 60_000

    init(_ words: [String]) throws {
        command = try ChildCommand([try SiblingProgram(named: "commy-workload").path] + words)
    }

    func kill() { command.kill() }

    /// Asks it to stop, as a supervisor would.
    func terminate() throws {
        try signal(pidfd: command.pidfd, 15)
    }

    /// Whether something comes before the test's patience ends.
    func hasOutput() throws -> Bool {
        try command.output.waitReadable(milliseconds: Self.patienceMilliseconds)
    }

    /// Waits for a line that begins so, and returns it.
    mutating func line(beginning start: String) throws -> String {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while true {
            var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            let rest = lines.removeLast()
            if let place = lines.firstIndex(where: { $0.hasPrefix(start) }) {
                let found = String(lines[place])
                text = (lines[(place + 1)...] + [rest]).joined(separator: "\n")
                return found
            }
            try #require(
                try command.output.waitReadable(milliseconds: Self.patienceMilliseconds))
            let count = try command.output.read(into: &buffer)
            try #require(count != 0, "it ended after: \(text)")
            text += String(decoding: buffer[..<(count ?? 0)], as: UTF8.self)
        }
    }

    /// Reads to its end; the exit status.
    mutating func finish() throws -> (output: [UInt8], status: Int32) {
        var output = Array(text.utf8)
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            try #require(
                try command.output.waitReadable(milliseconds: Self.patienceMilliseconds))
            guard let count = try command.output.read(into: &buffer) else { continue }
            if count == 0 { break }
            output += buffer[..<count]
        }
        try #require(try command.pidfd.waitReadable(milliseconds: Self.patienceMilliseconds))
        let status = command.collect()
        return (output, try #require(status) >> 8)
    }
}
