import CommyBase
import CommyLinux
import CommyMesh
import CommyReactor
import Foundation

/// A local program that is attached to a daemon's socket; it does something only while `turn` is
/// called.
final class TestProgram {
    private let socket: UnixSocket
    private var client: SessionClient
    private let clock = MonotonicClock()
    private var buffer = [UInt8](repeating: 0, count: 65_536)
    private var until = MeshInstant.never
    private(set) var isDetached = false
    private(set) var done: [RequestID: CommyError?] = [:]
    private(set) var rows: [RequestID: [String]] = [:]
    var answered = 0
    var failures: [CommyError] = []
    private(set) var open: Set<CallID> = []

    init(at path: String, role: SessionConfiguration.Role = .program) throws {
        socket = try UnixSocket(connectingTo: path)
        let key = RandomKey(seed: UInt64.random(in: 0 ... .max))
        client = SessionClient(SessionConfiguration(role: role, random: key), at: clock.now)
    }

    func register(_ service: String) throws -> RequestID {
        client.register(try ServiceOffer(service: ServiceName(service)!), at: clock.now)
    }

    func call(_ service: String, _ body: [UInt8]) {
        let request = CallRequest(service: ServiceName(service)!, timeout: .seconds(30))
        open.insert(unsafe client.call(request, body: body.span.bytes, at: clock.now))
    }

    func order(_ order: ControlOrder) -> RequestID { client.order(order, at: clock.now) }
    func query(_ query: ControlQuery) -> RequestID { client.query(query, at: clock.now) }

    /// Moves what there is to move; answers requests with their own body.
    func turn() throws {
        if until <= clock.now { client.advance(to: clock.now) }
        try drain()
        while let count = try unsafe buffer.withUnsafeMutableBytes({
            try unsafe socket.read(into: $0)
        }) {
            if count == 0 {
                client.transportClosed(.ended, at: clock.now)
            } else {
                let bytes = Array(buffer[..<count])
                unsafe client.received(bytes.span.bytes, at: clock.now)
            }
            try drain()
            if count == 0 { return }
        }
    }

    private func drain() throws {
        while true {
            switch client.nextOutput() {
            case .transmit: try transmit()
            case .answered(let call, let answer):
                open.remove(call)
                if let failure = answer.failure { failures.append(failure) } else { answered += 1 }
            case .callFailed(let call, let error, _):
                open.remove(call)
                failures.append(error)
            case .request(let request):
                unsafe client.answer(request.id, body: request.body.span.bytes, at: clock.now)
            case .registered(let id, _), .done(let id): done[id] = .some(nil)
            case .failed(let id, let error): done[id] = .some(error)
            case .rows(let id, let rows): self.rows[id] = rows
            case .detached: isDetached = true
            case .close, .attached, .event, .sent, .requestCancelled, .draining: break
            case .wait(let until):
                self.until = until
                return
            }
        }
    }

    private func transmit() throws {
        while true {
            let sent = try client.withOutgoing { bytes in
                try unsafe bytes.withUnsafeBytes { raw in
                    unsafe raw.isEmpty ? 0 : try socket.send(raw) ?? 0
                }
            }
            guard sent > 0 else { return }
            client.consumed(sent, at: clock.now)
        }
    }
}
