internal import CommyBase
internal import CommyLinux
internal import CommyReactor
internal import CommyTLS

/// A connection under measurement, by one of several ways to have TLS on it; the loop around it is
/// the same for all (`EchoPair`).
protocol MeasuredStream: ~Copyable {
    /// What a connection of either side begins with.
    associatedtype SetUp

    static func connecting(to address: SocketAddress, _ setUp: SetUp) throws -> Self
    static func accepted(_ socket: consuming TCPSocket, _ setUp: SetUp) throws -> Self

    var isEstablished: Bool { mutating get }
    mutating func ready(_ interest: Epoll.Interest) throws
    /// Bytes read, 0 at the end, nil when there are none yet.
    mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int?
    /// How many bytes from the front were taken.
    mutating func send(_ bytes: UnsafeRawBufferPointer) throws -> Int
    mutating func watch(_ reactor: borrowing Reactor, _ token: EventToken) throws
}

/// The reactor's own: a session between two rings (`CommyTLS`), which it fills and empties.
struct RingStream: MeasuredStream, ~Copyable {
    private var stream: TLSStream

    private init(_ stream: consuming TLSStream) { self.stream = stream }

    static func connecting(to address: SocketAddress, _ setUp: TLSContext) throws -> RingStream {
        RingStream(try TLSStream(connectingTo: address, setUp, at: .measured))
    }

    static func accepted(
        _ socket: consuming TCPSocket, _ setUp: TLSContext
    ) throws -> RingStream {
        RingStream(try TLSStream(accepted: socket, setUp, at: .measured))
    }

    var isEstablished: Bool { stream.isEstablished }

    mutating func ready(_ interest: Epoll.Interest) throws { try stream.ready(interest) }

    mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int? {
        switch unsafe try stream.read(into: buffer) {
        case .bytes(let count): count
        case .waiting: nil
        case .ended: 0
        }
    }

    mutating func send(_ bytes: UnsafeRawBufferPointer) throws -> Int {
        unsafe try stream.send(bytes)
    }

    mutating func watch(_ reactor: borrowing Reactor, _ token: EventToken) throws {
        try stream.watch(reactor, token)
    }
}

/// No TLS at all: what is left to be had.
struct PlainStream: MeasuredStream, ~Copyable {
    private let socket: TCPSocket
    private var isConnecting: Bool
    private var watched = WatchedInterest()
    private var isFull = false

    static func connecting(to address: SocketAddress, _ setUp: Void) throws -> PlainStream {
        let socket = try TCPSocket(for: address)
        let isConnecting = try !socket.connect(to: address)
        return PlainStream(socket: socket, isConnecting: isConnecting)
    }

    static func accepted(_ socket: consuming TCPSocket, _ setUp: Void) throws -> PlainStream {
        try socket.sendAtOnce()
        return PlainStream(socket: socket, isConnecting: false)
    }

    private init(socket: consuming TCPSocket, isConnecting: Bool) {
        self.socket = socket
        self.isConnecting = isConnecting
    }

    var isEstablished: Bool { !isConnecting }

    mutating func ready(_ interest: Epoll.Interest) throws {
        if isConnecting, interest.contains(.writable) {
            try socket.finishConnect()
            isConnecting = false
        }
    }

    mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int? {
        isConnecting ? nil : unsafe try socket.read(into: buffer)
    }

    mutating func send(_ bytes: UnsafeRawBufferPointer) throws -> Int {
        let count = unsafe try socket.send(bytes) ?? 0
        isFull = count < bytes.count
        return count
    }

    mutating func watch(_ reactor: borrowing Reactor, _ token: EventToken) throws {
        try watched.set(
            isConnecting || isFull ? .both : .input, socket.descriptor.raw, reactor, token)
    }
}

/// What a reactor was asked for about one descriptor: asking again for the same costs nothing.
struct WatchedInterest {
    enum Wanted {
        case input, both
    }
    private var current: Wanted?

    mutating func set(
        _ wanted: Wanted, _ raw: Int32, _ reactor: borrowing Reactor, _ token: EventToken
    ) throws {
        guard wanted != current else { return }
        let interest: Epoll.Interest = wanted == .input ? .readable : [.readable, .writable]
        if current == nil {
            try reactor.add(raw, interest, token)
        } else {
            try reactor.change(raw, interest, token)
        }
        current = wanted
    }
}

extension WallInstant {
    /// As of when certificates are judged here: within those of `HostCertificates`.
    static let measured = WallInstant(secondsSince1970: 1_767_225_600)
}
