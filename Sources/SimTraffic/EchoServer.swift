public import CommyBase
public import CommyLinux
public import CommyReactor

/// Sends back whatever comes, over TCP (with TLS or without) and UDP: the other side of a traffic
/// source that wants an echo, where no server of the scenario's own is the subject.
public struct EchoServer: ~Copyable {
    private final class Client {
        var stream: TrafficStream
        /// Read and not yet sent back, from `sentCount` on.
        var backlog: [UInt8] = []
        var sentCount = 0
        /// The client sends nothing more.
        var hasEnded = false

        init(_ stream: consuming TrafficStream) { self.stream = stream }
    }

    private static let stopToken = UInt64.max
    private static let listenerToken = UInt64.max - 1
    private static let datagramToken = UInt64.max - 2

    private var queue: EventQueue
    private let security: StreamSecurity?
    private let listener: TCPListener?
    private let datagrams: UDPSocket?
    /// By token.
    private var clients: [Client?] = []
    private var freeTokens: [Int] = []
    private var buffer = [UInt8](repeating: 0, count: Limits.readBytes)

    /// Listens on every address of the host. With `security`, TCP speaks TLS.
    public init(
        tcp: UInt16?, udp: UInt16?, security: StreamSecurity? = nil, clock: LoopClock
    ) throws(SystemError) {
        let queue = try EventQueue(clock: clock, capacity: Limits.eventsPerWait)
        let listener = try Self.listener(tcp, queue)
        let datagrams = try Self.datagrams(udp, queue)
        self.queue = queue
        self.security = security
        self.listener = listener
        self.datagrams = datagrams
    }

    /// The port that it really listens on; port 0 lets the kernel choose.
    public func tcpAddress() throws(SystemError) -> SocketAddress? {
        guard listener != nil else { return nil }
        return try listener?.localAddress()
    }

    /// Like `tcpAddress`.
    public func udpAddress() throws(SystemError) -> SocketAddress? {
        guard datagrams != nil else { return nil }
        return try datagrams?.localAddress()
    }

    private static func everywhere(_ port: UInt16) -> SocketAddress {
        SocketAddress(host: .v6(high: 0, low: 0), port: port)
    }

    private static func everywhereV4(_ port: UInt16) -> SocketAddress {
        SocketAddress(host: .v4(0), port: port)
    }

    private static func listener(
        _ port: UInt16?, _ queue: borrowing EventQueue
    ) throws(SystemError) -> TCPListener? {
        guard let port else { return nil }
        let listener = try orWithoutIPv6(port) { address throws(SystemError) in
            try TCPListener(on: address)
        }
        try queue.add(listener.descriptor.raw, .readable, token: listenerToken)
        return listener
    }

    private static func datagrams(
        _ port: UInt16?, _ queue: borrowing EventQueue
    ) throws(SystemError) -> UDPSocket? {
        guard let port else { return nil }
        let socket = try orWithoutIPv6(port) { address throws(SystemError) in
            try UDPSocket(boundTo: address)
        }
        try queue.add(socket.descriptor.raw, .readable, token: datagramToken)
        return socket
    }

    /// Listens for both versions, or for IPv4 on a host that has no IPv6.
    private static func orWithoutIPv6<Socket: ~Copyable>(
        _ port: UInt16, _ open: (SocketAddress) throws(SystemError) -> Socket
    ) throws(SystemError) -> Socket {
        do throws(SystemError) {
            return try open(everywhere(port))
        } catch  where error.name == "EAFNOSUPPORT" || error.name == "EADDRNOTAVAIL" {
            return try open(everywhereV4(port))
        }
    }

    /// Serves until `stop` has something to read.
    public mutating func run(until stop: borrowing FileDescriptor) throws(SystemError) {
        try queue.add(stop.raw, .readable, token: Self.stopToken)
        while true {
            for index in 0..<(try queue.wait(until: .never)) {
                let event = queue.event(at: index)
                switch event.token {
                case Self.stopToken: return
                case Self.listenerToken: try acceptClients()
                case Self.datagramToken: echoDatagrams()
                case let token: serve(Int(token), event.ready)
                }
            }
        }
    }

    private mutating func acceptClients() throws(SystemError) {
        while let socket = try listener?.accept() ?? nil {
            let token = freeTokens.popLast() ?? clients.count
            if token == clients.count { clients.append(nil) }
            clients[token] = Client(
                try TrafficStream(accepted: socket, security, at: queue.clock.wallClock))
            serve(token, [])
        }
    }

    private mutating func serve(_ token: Int, _ ready: Epoll.Interest) {
        guard let client = clients[token] else { return }
        do throws(StreamError) {
            try client.stream.ready(ready)
            if try echo(client) {
                close(token)
            } else {
                try client.stream.watchOne(
                    queue, token: UInt64(token), isBlocked: !client.backlog.isEmpty)
            }
        } catch {
            // Its connection broke; the others go on.
            close(token)
        }
    }

    /// Sends back until nothing comes or nothing more can be sent: a client that does not read is
    /// not read from. True when it is over.
    private mutating func echo(_ client: Client) throws(StreamError) -> Bool {
        while true {
            while client.sentCount < client.backlog.count {
                guard
                    let count = try client.stream.send(client.backlog, from: client.sentCount)
                else { return false }
                client.sentCount += count
            }
            client.backlog = []
            client.sentCount = 0
            if client.hasEnded { return client.stream.isDone }
            guard let count = try client.stream.read(into: &buffer) else { return false }
            guard count > 0 else {
                client.hasEnded = true
                client.stream.finish()
                continue
            }
            client.backlog = Array(buffer[..<count])
        }
    }

    private mutating func close(_ token: Int) {
        clients[token] = nil
        freeTokens.append(token)
    }

    private mutating func echoDatagrams() {
        for _ in 0..<Limits.datagramsPerWakeUp {
            do throws(SystemError) {
                guard let (count, sender) = try datagrams?.receiveFrom(into: &buffer) ?? nil else {
                    return
                }
                try datagrams?.send(buffer[..<count], to: sender)
            } catch {
                // Somebody who cannot be answered: an address that is unreachable now.
                continue
            }
        }
    }
}
