/// A process of the scenario was started.
public struct ProcessStarted: Sendable, Equatable, Codable {
    public var host: String
    public var process: String
    /// Process id as the harness's own namespace sees it.
    public var pid: Int32
    public var command: [String]
    /// 1 for the first start, 2 after one restart, and so on.
    public var incarnation: Int

    public init(host: String, process: String, pid: Int32, command: [String], incarnation: Int) {
        self.host = host
        self.process = process
        self.pid = pid
        self.command = command
        self.incarnation = incarnation
    }
}

/// The readiness probe of a process has succeeded.
public struct ProcessReady: Sendable, Equatable, Codable {
    public var host: String
    public var process: String
    public var afterNanoseconds: Int64

    public init(host: String, process: String, afterNanoseconds: Int64) {
        self.host = host
        self.process = process
        self.afterNanoseconds = afterNanoseconds
    }
}

/// A process of the scenario has ended, asked or not.
public struct ProcessExited: Sendable, Equatable, Codable {
    public var host: String
    public var process: String
    public var exitCode: Int32?
    public var signal: Int32?
    /// True when a fault or the end of the run asked for it.
    public var expected: Bool
    public var maximumResidentBytes: Int64
    public var cpuNanoseconds: Int64

    public init(
        host: String, process: String, exitCode: Int32?, signal: Int32?, expected: Bool,
        maximumResidentBytes: Int64, cpuNanoseconds: Int64
    ) {
        self.host = host
        self.process = process
        self.exitCode = exitCode
        self.signal = signal
        self.expected = expected
        self.maximumResidentBytes = maximumResidentBytes
        self.cpuNanoseconds = cpuNanoseconds
    }
}

/// One line that a process has written.
public struct ProcessOutput: Sendable, Equatable, Codable {
    public enum Stream: String, Sendable, Equatable, Codable { case stdout, stderr }
    public var host: String
    public var process: String
    public var stream: Stream
    public var line: String

    public init(host: String, process: String, stream: Stream, line: String) {
        self.host = host
        self.process = process
        self.stream = stream
        self.line = line
    }
}

/// What a process and its children use at one instant.
public struct ProcessSampled: Sendable, Equatable, Codable {
    public var host: String
    public var process: String
    public var residentBytes: Int64
    /// Processor time of this incarnation so far.
    public var cpuNanoseconds: Int64
    public var openFiles: Int
    public var threads: Int

    public init(
        host: String, process: String, residentBytes: Int64, cpuNanoseconds: Int64,
        openFiles: Int, threads: Int
    ) {
        self.host = host
        self.process = process
        self.residentBytes = residentBytes
        self.cpuNanoseconds = cpuNanoseconds
        self.openFiles = openFiles
        self.threads = threads
    }
}
