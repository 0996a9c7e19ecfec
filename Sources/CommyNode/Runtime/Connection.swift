internal import CommyBase
internal import CommyLinux
internal import CommyMesh
internal import CommyReactor
internal import CommyTLS

/// One connection of a node's runtime: a TLS link to a peer, or the Unix socket of a local program.
///
///     dialling / accepted --handshake--> open --node or peer closes--> closing --flushed--> gone
struct Connection: ~Copyable {
    enum Transport: ~Copyable {
        case tls(TLSStream)
        case unix(UnixSocket, watched: Epoll.Interest)
    }
    enum Phase {
        /// TLS is not done; the node does not know the connection yet.
        case opening
        case open(LinkHandle)
        /// The node wants it closed; what it has left to say is still sent.
        case closing(LinkHandle)

        var link: LinkHandle? {
            switch self {
            case .opening: nil
            case .open(let link), .closing(let link): link
            }
        }
    }

    var transport: Transport
    var phase = Phase.opening
    let origin: LinkOrigin
    /// Who must be at the other end, when the node has dialled somebody.
    let expected: NodeName?
    /// Where the connection leads; the address of a local program is nobody's.
    let remote: NetworkAddress
    /// The node has bytes that did not fit into the transport.
    var isBlocked = false
    /// When an opening or closing connection is given up.
    var patience: TimerHeap<EventToken>.Token?

    init(
        transport: consuming Transport, origin: LinkOrigin, expected: NodeName? = nil,
        remote: NetworkAddress
    ) {
        self.transport = transport
        self.origin = origin
        self.expected = expected
        self.remote = remote
    }

    /// Who is at the other end, once TLS has judged it.
    var established: (SpiffeID, CertificateFacts)? {
        switch transport {
        case .tls(let stream):
            guard stream.isEstablished, let id = stream.peer, let facts = stream.peerFacts else {
                return nil
            }
            return (id, facts)
        case .unix: return nil
        }
    }

    /// What one attempt to read has found.
    enum Reading {
        case bytes(Int)
        case waiting
        case ended
        case failed(StreamError)
    }

    mutating func ready(_ interest: Epoll.Interest) -> StreamError? {
        switch consume transport {
        case .tls(var stream):
            var failure: StreamError?
            do throws(StreamError) { try stream.ready(interest) } catch { failure = error }
            transport = .tls(stream)
            return failure
        case .unix(let socket, let watched):
            transport = .unix(socket, watched: watched)
            return nil
        }
    }

    mutating func read(into buffer: UnsafeMutableRawBufferPointer) -> Reading {
        switch consume transport {
        case .tls(var stream):
            let reading: Reading
            do throws(StreamError) {
                switch unsafe try stream.read(into: buffer) {
                case .bytes(let count): reading = .bytes(count)
                case .waiting: reading = .waiting
                case .ended: reading = .ended
                }
            } catch {
                reading = .failed(error)
            }
            transport = .tls(stream)
            return reading
        case .unix(let socket, let watched):
            let reading: Reading
            do throws(SystemError) {
                switch unsafe try socket.read(into: buffer) {
                case nil: reading = .waiting
                case 0: reading = .ended
                case let count?: reading = .bytes(count)
                }
            } catch {
                reading = .failed(.system(error))
            }
            transport = .unix(socket, watched: watched)
            return reading
        }
    }

    /// Takes as much as fits: how many bytes, or why the connection is of no more use.
    mutating func send(_ bytes: UnsafeRawBufferPointer) -> Result<Int, StreamError> {
        guard bytes.count > 0 else { return .success(0) }
        switch consume transport {
        case .tls(var stream):
            let result: Result<Int, StreamError>
            do throws(StreamError) {
                result = .success(unsafe try stream.send(bytes))
            } catch {
                result = .failure(error)
            }
            transport = .tls(stream)
            return result
        case .unix(let socket, let watched):
            let result: Result<Int, StreamError>
            do throws(SystemError) {
                result = .success(unsafe try socket.send(bytes) ?? 0)
            } catch {
                result = .failure(.system(error))
            }
            transport = .unix(socket, watched: watched)
            return result
        }
    }

    /// Has the reactor report what the connection waits for now.
    mutating func watch(_ reactor: borrowing Reactor, _ token: EventToken) throws(SystemError) {
        let isBlocked = isBlocked
        switch consume transport {
        case .tls(var stream):
            var failure: SystemError?
            do throws(SystemError) { try stream.watch(reactor, token) } catch { failure = error }
            transport = .tls(stream)
            if let failure { throw failure }
        case .unix(let socket, let watched):
            let interest: Epoll.Interest = isBlocked ? [.readable, .writable] : .readable
            var failure: SystemError?
            do throws(SystemError) {
                if watched.isEmpty {
                    try reactor.add(socket.descriptor.raw, interest, token)
                } else if watched != interest {
                    try reactor.change(socket.descriptor.raw, interest, token)
                }
            } catch {
                failure = error
            }
            transport = .unix(socket, watched: interest)
            if let failure { throw failure }
        }
    }

    /// Says goodbye; true when nothing is left to send.
    mutating func finish() -> Bool {
        switch consume transport {
        case .tls(var stream):
            stream.finish()
            let isGone = stream.backlog == 0
            transport = .tls(stream)
            return isGone
        case .unix(let socket, let watched):
            transport = .unix(socket, watched: watched)
            return true
        }
    }
}
