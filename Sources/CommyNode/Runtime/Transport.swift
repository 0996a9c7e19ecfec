internal import CommyBase
internal import CommyLinux
internal import CommyReactor
internal import CommyTLS

/// What carries the bytes of a connection; both kinds are used in the same way.
enum Transport: ~Copyable {
    case tls(TLSStream)
    /// With what the reactor was asked for; nothing before the first time.
    case unix(UnixSocket, watched: Epoll.Interest)

    /// What one attempt to read has found.
    enum Reading {
        /// So many; whether there may be more.
        case bytes(Int, isMore: Bool)
        case waiting
        case ended
        case failed(StreamError)
    }

    /// Who is at the other end, once TLS has judged it.
    var established: (SpiffeID, CertificateFacts)? {
        switch self {
        case .tls(let stream):
            guard stream.isEstablished, let id = stream.peer, let facts = stream.peerFacts else {
                return nil
            }
            return (id, facts)
        case .unix: return nil
        }
    }

    /// Whether a process of this host is at the other end.
    var isLocal: Bool {
        switch self {
        case .tls: false
        case .unix: true
        }
    }

    /// The descriptor's event, before it is read.
    mutating func ready(_ interest: Epoll.Interest) -> StreamError? {
        switch consume self {
        case .tls(var stream):
            var failure: StreamError?
            do throws(StreamError) { try stream.ready(interest) } catch { failure = error }
            self = .tls(stream)
            return failure
        case .unix(let socket, let watched):
            self = .unix(socket, watched: watched)
            return nil
        }
    }

    mutating func read(into buffer: UnsafeMutableRawBufferPointer) -> Reading {
        switch consume self {
        case .tls(var stream):
            let reading: Reading
            do throws(StreamError) {
                switch unsafe try stream.read(into: buffer) {
                case .bytes(let count): reading = .bytes(count, isMore: true)
                case .waiting: reading = .waiting
                case .ended: reading = .ended
                }
            } catch {
                reading = .failed(error)
            }
            self = .tls(stream)
            return reading
        case .unix(let socket, let watched):
            let reading: Reading
            do throws(SystemError) {
                switch unsafe try socket.read(into: buffer) {
                case nil: reading = .waiting
                case 0: reading = .ended
                // Less than there was room for: epoll tells of what comes later, and of the end.
                case let count?: reading = .bytes(count, isMore: count == buffer.count)
                }
            } catch {
                reading = .failed(.system(error))
            }
            self = .unix(socket, watched: watched)
            return reading
        }
    }

    /// Takes as much as fits: how many bytes, or why the connection is of no more use.
    mutating func send(_ bytes: UnsafeRawBufferPointer) -> Result<Int, StreamError> {
        guard bytes.count > 0 else { return .success(0) }
        switch consume self {
        case .tls(var stream):
            let result: Result<Int, StreamError>
            do throws(StreamError) {
                result = .success(unsafe try stream.send(bytes))
            } catch {
                result = .failure(error)
            }
            self = .tls(stream)
            return result
        case .unix(let socket, let watched):
            let result: Result<Int, StreamError>
            do throws(SystemError) {
                result = .success(unsafe try socket.send(bytes) ?? 0)
            } catch {
                result = .failure(.system(error))
            }
            self = .unix(socket, watched: watched)
            return result
        }
    }

    /// Has the reactor report what is waited for now; `isBlocked` when there is more to send.
    mutating func watch(
        _ reactor: borrowing Reactor, _ token: EventToken, isBlocked: Bool
    ) throws(SystemError) {
        var failure: SystemError?
        switch consume self {
        case .tls(var stream):
            do throws(SystemError) { try stream.watch(reactor, token) } catch { failure = error }
            self = .tls(stream)
        case .unix(let socket, let watched):
            let interest: Epoll.Interest = isBlocked ? [.readable, .writable] : .readable
            do throws(SystemError) {
                if watched.isEmpty {
                    try reactor.add(socket.descriptor.raw, interest, token)
                } else if watched != interest {
                    try reactor.change(socket.descriptor.raw, interest, token)
                }
            } catch {
                failure = error
            }
            self = .unix(socket, watched: failure == nil ? interest : watched)
        }
        if let failure { throw failure }
    }

    /// Says goodbye; true when nothing is left to send.
    mutating func finish() -> Bool {
        switch consume self {
        case .tls(var stream):
            stream.finish()
            let isGone = stream.backlog == 0
            self = .tls(stream)
            return isGone
        case .unix(let socket, let watched):
            self = .unix(socket, watched: watched)
            return true
        }
    }
}
