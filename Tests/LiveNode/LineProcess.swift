internal import CommyBase
internal import CommyLinux

/// A program of this package as a process of its own, whose output a test waits for.
public struct LineProcess: ~Copyable {
    private var command: ChildCommand
    private var text = ""

    /// What was waited for did not come.
    public struct Silence: Error, CustomStringConvertible {
        public let description: String
    }

    /// Far above what anything here takes; a test fails then instead of hanging.
    private static let patienceMilliseconds: Int32 = 60_000

    /// Starts `program`, which lies beside the test's own executable.
    public init(_ program: String, _ words: [String]) throws {
        command = try ChildCommand([try SiblingProgram(named: program).path] + words)
    }

    /// SIGKILL; returns when it is gone.
    public mutating func kill() throws {
        command.kill()
        try wait(for: command.pidfd, "its end")
        _ = command.collect()
    }

    /// Asks it to stop, as a supervisor would.
    public func terminate() throws { try signal(pidfd: command.pidfd, 15) }

    /// Waits until it has written something that was not read yet.
    public func waitForOutput() throws { try wait(for: command.output, "output") }

    /// Asks again and again until it is so.
    func wait(for what: String, _ isSo: () -> Bool) throws {
        let clock = MonotonicClock()
        let limit = clock.now + .milliseconds(Int64(Self.patienceMilliseconds))
        while !isSo() {
            let hasEnded = try command.pidfd.waitReadable(milliseconds: 5)
            guard clock.now < limit, !hasEnded else {
                throw Silence(description: "no \(what); has it ended: \(hasEnded)")
            }
        }
    }

    /// Waits for a line that begins so, and returns it.
    public mutating func line(beginning start: String) throws -> String {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while true {
            var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            let rest = lines.removeLast()
            if let place = lines.firstIndex(where: { $0.hasPrefix(start) }) {
                let found = String(lines[place])
                text = (lines[(place + 1)...] + [rest]).joined(separator: "\n")
                return found
            }
            try wait(for: command.output, "'\(start)'")
            let count = try command.output.read(into: &buffer)
            guard count != 0 else { throw Silence(description: "it ended after: \(text)") }
            text += String(decoding: buffer[..<(count ?? 0)], as: UTF8.self)
        }
    }

    /// Reads to its end: what it had still to say, and its exit code.
    public mutating func finish() throws -> (output: [UInt8], status: Int32) {
        var output = Array(text.utf8)
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            try wait(for: command.output, "its end")
            guard let count = try command.output.read(into: &buffer) else { continue }
            if count == 0 { break }
            output += buffer[..<count]
        }
        try wait(for: command.pidfd, "its end")
        guard let status = command.collect() else {
            throw Silence(description: "it did not end")
        }
        return (output, status >> 8)
    }

    private func wait(for descriptor: borrowing FileDescriptor, _ what: String) throws {
        guard try descriptor.waitReadable(milliseconds: Self.patienceMilliseconds) else {
            throw Silence(description: "no \(what); it has said: \(text)")
        }
    }
}
