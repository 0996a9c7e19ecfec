internal import CommyBase
internal import CommyLinux
internal import CommyMesh
internal import CommyReactor
internal import CommyTLS

/// Others come to this node: nodes over TCP, programs of this host over the Unix socket.
///
/// Clients that cannot be taken now (no descriptors, no room in the table, too many strangers) stay
/// in the kernel's queue. The listeners rest for a moment then, because epoll would report those
/// clients again at once.
extension NodeRuntime {
    /// Long enough to cost nothing, short against every patience of a client.
    private static let rest = Duration.milliseconds(50)

    mutating func acceptPeers(_ listener: Slot) {
        while true {
            guard !connections.isFull, strangers < node.configuration.limits.greeting else {
                return rest()
            }
            do throws(SystemError) {
                let accepted = try sockets.peers.with(listener) {
                    (listener) throws(SystemError) -> TCPSocket? in try listener.accept()
                }
                guard let waiting = accepted, let socket = waiting else { return }
                begin(socket)
            } catch {
                return rest()
            }
        }
    }

    private mutating func begin(_ socket: consuming TCPSocket) {
        // Whoever is gone already, or has no address, is not served.
        guard let remote = try? socket.peerAddress(),
            let stream = try? TLSStream(accepted: socket, identity.context, at: reactor.wallClock)
        else { return }
        let slot = connections.insert(
            Connection(transport: .tls(stream), origin: .accepted, remote: remote))
        strangers += 1
        setPatience(slot, patience)
        watch(slot)
    }

    mutating func acceptPrograms() {
        while true {
            guard !connections.isFull else { return rest() }
            do throws(SystemError) {
                guard let socket = try sockets.programs.accept() else { return }
                begin(socket)
            } catch {
                return rest()
            }
        }
    }

    private mutating func begin(_ socket: consuming UnixSocket) {
        guard let who = try? socket.peerCredentials() else { return }
        let link = node.sessionOpened(
            SessionCredentials(
                processID: who.processID, userID: who.userID, groupID: who.groupID),
            at: reactor.now)
        var connection = Connection(
            transport: .unix(socket, watched: []), origin: .accepted,
            remote: NetworkAddress(host: .v4(0), port: 0))
        connection.phase = .open(link)
        let slot = connections.insert(connection)
        note(link, at: slot)
        watch(slot)
        _ = drain()
    }

    private mutating func rest() {
        guard !isResting else { return }
        isResting = true
        // epoll refuses a change only for want of memory; then the listeners are looked at again.
        try? sockets.rest(true, reactor)
        reactor.setTimer(at: reactor.now + Self.rest, EventToken(kind: Kind.listenersRested))
    }

    mutating func listenersRested() {
        isResting = false
        try? sockets.rest(false, reactor)
    }
}
