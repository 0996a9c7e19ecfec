public import CommyBase
public import CommyLinux
public import CommyReactor

/// Sends back whatever comes, over TCP and UDP: the other side of a traffic source that wants an
/// echo, where no server of the scenario's own is the subject.
public struct EchoServer: ~Copyable {
    private final class Client {
        let socket: TCPSocket
        /// Read and not yet sent back.
        var backlog: [UInt8] = []

        init(_ socket: consuming TCPSocket) { self.socket = socket }
    }

    private static let stopToken = UInt64.max
    private static let listenerToken = UInt64.max - 1
    private static let datagramToken = UInt64.max - 2

    private var queue: EventQueue
    private let listener: TCPListener?
    private let datagrams: UDPSocket?
    /// By token.
    private var clients: [Client?] = []
    private var freeTokens: [Int] = []
    private var buffer = [UInt8](repeating: 0, count: Limits.readBytes)

    /// Listens on every address of the host.
    public init(tcp: UInt16?, udp: UInt16?, clock: LoopClock) throws(SystemError) {
        let queue = try EventQueue(clock: clock, capacity: Limits.eventsPerWait)
        let listener = try Self.listener(tcp, queue)
        let datagrams = try Self.datagrams(udp, queue)
        self.queue = queue
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
                case let token: try serve(Int(token))
                }
            }
        }
    }

    private mutating func acceptClients() throws(SystemError) {
        while let socket = try listener?.accept() ?? nil {
            let token = freeTokens.popLast() ?? clients.count
            if token == clients.count { clients.append(nil) }
            try queue.add(socket.descriptor.raw, .readable, token: UInt64(token))
            clients[token] = Client(socket)
        }
    }

    private mutating func serve(_ token: Int) throws(SystemError) {
        guard let client = clients[token] else { return }
        do throws(SystemError) {
            while client.backlog.isEmpty {
                guard let count = try client.socket.read(into: &buffer) else { return }
                if count == 0 {
                    close(token)
                    return
                }
                client.backlog = Array(buffer[..<count])
                try flush(client)
            }
            // The client does not read: no more is read from it until it does.
            if try flush(client) {
                try queue.change(client.socket.descriptor.raw, .readable, token: UInt64(token))
            } else {
                try queue.change(client.socket.descriptor.raw, .writable, token: UInt64(token))
            }
        } catch {
            // Its connection broke; the others go on.
            close(token)
        }
    }

    /// True when nothing is left to send.
    @discardableResult
    private func flush(_ client: Client) throws(SystemError) -> Bool {
        while !client.backlog.isEmpty {
            guard let count = try client.socket.send(client.backlog) else { return false }
            client.backlog.removeFirst(count)
        }
        return true
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
