public import CommyBase
public import CommyLinux

/// Asks whether a server is ready: it takes a TCP connection, or answers GET with a status below
/// 400.
///
/// A status of 400 or more is not ready: a path that is not there yet (404) or a proxy without its
/// backend (502, 503) is what a server says while it starts. Redirections count as ready and are
/// not followed.
public struct Probe: Sendable, Equatable {
    public enum Kind: Sendable, Equatable {
        case tcp
        case http(path: String, hostHeader: String?)
    }
    public enum Outcome: Sendable, Equatable {
        case ready
        /// Why not, in words.
        case notReady(String)
    }
    public var kind: Kind
    public var address: SocketAddress
    /// Nanoseconds for one attempt.
    public var timeoutNanoseconds: Int64 = 1_000_000_000
    /// Nanoseconds during which attempts are repeated every 10 ms; 0 is one attempt.
    public var untilNanoseconds: Int64 = 0

    public init(_ kind: Kind, address: SocketAddress) {
        self.kind = kind
        self.address = address
    }

    /// Attempts until ready or out of time; blocks the thread.
    public func run() -> Outcome {
        let clock = MonotonicClock()
        let end = MeshInstant.zero + .nanoseconds(untilNanoseconds)
        let interval = Limits.probeIntervalNanoseconds
        while true {
            let outcome = attempt(clock)
            if outcome == .ready { return outcome }
            // The next multiple of the interval, as an attempt may outlast several.
            let turn = clock.now.nanoseconds / interval + 1
            let next = MeshInstant(nanoseconds: turn * interval)
            guard next < end else { return outcome }
            clock.sleep(until: next)
        }
    }

    private func attempt(_ clock: MonotonicClock) -> Outcome {
        do throws(SystemError) {
            let deadline = clock.now + .nanoseconds(timeoutNanoseconds)
            let socket = try TCPSocket(for: address)
            var epoll = try Epoll(capacity: 1)
            if try !socket.connect(to: address) {
                try epoll.add(socket.descriptor.raw, .writable, token: 0)
                guard try Self.wait(&epoll, clock, until: deadline) else {
                    return .notReady("connect \(address): no answer in time")
                }
                try socket.finishConnect()
                try epoll.change(socket.descriptor.raw, .readable, token: 0)
            } else {
                try epoll.add(socket.descriptor.raw, .readable, token: 0)
            }
            guard case .http(let path, let hostHeader) = kind else { return .ready }
            let head = TrafficConfiguration.requestHead(
                path: path, host: hostHeader ?? address.description, keepsConnection: false)
            let request = Array((head + "\r\n").utf8)
            guard try socket.send(request) == request.count else {
                return .notReady("the request did not fit into the socket")
            }
            return try readAnswer(socket, &epoll, clock, deadline)
        } catch {
            return .notReady(error.description)
        }
    }

    private func readAnswer(
        _ socket: borrowing TCPSocket, _ epoll: inout Epoll, _ clock: MonotonicClock,
        _ deadline: MeshInstant
    ) throws(SystemError) -> Outcome {
        var reader = HTTPResponseReader()
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            guard try Self.wait(&epoll, clock, until: deadline) else {
                return .notReady("GET \(address): no whole answer in time")
            }
            guard let count = try socket.read(into: &buffer) else { continue }
            let progress =
                count == 0 ? reader.ended() : reader.receive(buffer.span.extracting(0..<count))
            switch progress {
            case .needsMore: continue
            case .malformed(let fault): return .notReady("GET \(address): malformed (\(fault))")
            case .complete:
                return reader.status < Limits.readyStatusBelow
                    ? .ready : .notReady("GET \(address): status \(reader.status)")
            }
        }
    }

    private static func wait(
        _ epoll: inout Epoll, _ clock: MonotonicClock, until deadline: MeshInstant
    ) throws(SystemError) -> Bool {
        while true {
            let rest = deadline.nanoseconds - clock.now.nanoseconds
            guard rest > 0 else { return false }
            if try epoll.wait(nanoseconds: rest) > 0 { return true }
        }
    }
}
