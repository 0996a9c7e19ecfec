internal import CLinux
internal import CommyBase
internal import CommyLinux
internal import CommyReactor
internal import Glibc

/// What is sent to and fro over one connection.
struct EchoLoad {
    /// Of one message, in bytes.
    var size: Int
    /// Messages under way at once.
    var window: Int
    var messages: Int
}

/// What a load took.
struct EchoCost {
    var load: EchoLoad
    var wallNanoseconds: Int64
    /// Of the thread.
    var processorNanoseconds: Int64

    var messagesPerSecond: Double { Double(load.messages) / Double(wallNanoseconds) * 1e9 }
    /// Plaintext, in one direction.
    var megabytesPerSecond: Double { messagesPerSecond * Double(load.size) / 1e6 }
    /// There and back, both ends together: nanoseconds for a byte, microseconds for a message.
    var processorPerByte: Double {
        Double(processorNanoseconds) / Double(load.messages * load.size)
    }
    var processorPerMessage: Double {
        Double(processorNanoseconds) / Double(load.messages) / 1_000
    }
}

/// Both ends of one connection over loopback, on one thread and one reactor: what is measured is
/// work, not how fast the machine wakes somebody.
struct EchoPair<Stream: MeasuredStream & ~Copyable>: ~Copyable {
    private var reactor: Reactor
    private var client: Stream
    private var server: Stream
    private let message: [UInt8]
    private var clientBuffer = [UInt8](repeating: 0, count: bufferBytes)
    private var serverBuffer = [UInt8](repeating: 0, count: bufferBytes)
    /// Of `serverBuffer`, what was read and not sent back.
    private var pending = 0..<0
    /// Of the load that runs.
    private var sent = 0
    private var received = 0

    private static var bufferBytes: Int { 65_536 }
    private static var clientToken: EventToken { EventToken(kind: 0) }
    private static var serverToken: EventToken { EventToken(kind: 1) }

    /// Connects, and does the handshake.
    init(_ setUp: Stream.SetUp, listener: borrowing TCPListener) throws {
        var reactor = try Reactor(clock: .system(MonotonicClock()))
        var client = try Stream.connecting(to: try listener.localAddress(), setUp)
        var socket = try listener.accept()
        while socket == nil { socket = try listener.accept() }
        guard let accepted = socket.take() else { preconditionFailure("the loop has one") }
        var server = try Stream.accepted(accepted, setUp)
        try client.ready(.writable)
        try server.ready([])
        try client.watch(reactor, Self.clientToken)
        try server.watch(reactor, Self.serverToken)
        while !client.isEstablished || !server.isEstablished {
            guard case .ready(let token, let interest) = try reactor.next() else { continue }
            if token == Self.clientToken {
                try client.ready(interest)
                try client.watch(reactor, token)
            } else {
                try server.ready(interest)
                try server.watch(reactor, token)
            }
        }
        self.reactor = reactor
        self.client = client
        self.server = server
        message = (0..<Self.bufferBytes).map { UInt8(truncatingIfNeeded: $0) }
    }

    /// Sends `load.messages` and waits until all are back.
    mutating func run(_ load: EchoLoad) throws -> EchoCost {
        precondition(load.size <= Self.bufferBytes)
        (sent, received) = (0, 0)
        let (wall, processor) = (MonotonicClock(), ProcessorTime.ofThisThread)
        try serveClient([], load)
        while received < load.size * load.messages {
            guard case .ready(let token, let interest) = try reactor.next() else { continue }
            if token == Self.clientToken {
                try serveClient(interest, load)
            } else {
                try serveServer(interest)
            }
        }
        return EchoCost(
            load: load, wallNanoseconds: wall.now.nanoseconds,
            processorNanoseconds: ProcessorTime.ofThisThread - processor)
    }

    private mutating func serveClient(_ interest: Epoll.Interest, _ load: EchoLoad) throws {
        try client.ready(interest)
        if !interest.isEmpty {
            while let count = unsafe try clientBuffer.withUnsafeMutableBytes({ bytes in
                unsafe try client.read(into: bytes)
            }) {
                guard count > 0 else { throw LabError("the echo ended early") }
                received += count
            }
        }
        let answered = received / load.size
        let limit = load.size * min(load.messages, answered + load.window)
        while sent < limit {
            let offset = sent % load.size
            let count = unsafe try message.withUnsafeBytes { bytes in
                unsafe try client.send(
                    UnsafeRawBufferPointer(rebasing: bytes[offset..<load.size]))
            }
            sent += count
            if offset + count < load.size { break }
        }
        try client.watch(reactor, Self.clientToken)
    }

    private mutating func serveServer(_ interest: Epoll.Interest) throws {
        try server.ready(interest)
        while true {
            if !pending.isEmpty {
                let count = unsafe try serverBuffer.withUnsafeBytes { [pending] bytes in
                    unsafe try server.send(UnsafeRawBufferPointer(rebasing: bytes[pending]))
                }
                pending = pending.lowerBound + count..<pending.upperBound
                if !pending.isEmpty { break }
            }
            let count = unsafe try serverBuffer.withUnsafeMutableBytes { bytes in
                unsafe try server.read(into: bytes)
            }
            guard let count else { break }
            guard count > 0 else { throw LabError("the messages ended early") }
            pending = 0..<count
        }
        try server.watch(reactor, Self.serverToken)
    }
}

/// What a machine that is busy with other work does not spoil.
enum ProcessorTime {
    /// Nanoseconds.
    static var ofThisThread: Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
