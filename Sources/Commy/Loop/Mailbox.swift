internal import CommyBase
internal import CommyMesh
internal import CommyReactor
internal import CommySession
internal import Synchronization

/// What the facade asks of its loop.
enum MeshCommand: Sendable {
    case whenAttached(CheckedContinuation<Result<AttachedPlace, CommyError>, Never>)
    case call(Ticket, CallRequest, [UInt8], CallOutcome)
    case send(Ticket, CallRequest, [UInt8], acknowledged: Bool, CallOutcome)
    case cancel(Ticket)
    case serve(
        ServiceOffer, ServiceHandler, Int,
        CheckedContinuation<Result<StandingID, CommyError>, Never>)
    case drain(StandingID)
    case withdraw(StandingID)
    /// A handler has ended.
    case handled(WorkID, Result<Message, CommyError>)
    case watch(Ticket, WatchScope, AsyncStream<ServiceView>.Continuation)
    case unwatch(Ticket)
    case close(CheckedContinuation<Void, Never>)
}

/// Carries commands from any thread to the loop's; wakes it once for all that wait.
final class Mailbox: Sendable {
    private struct State {
        var commands: [MeshCommand] = []
        /// The loop has ended: nobody reads any more.
        var isClosed = false
    }
    private let state = Mutex(State())
    private let waker: Waker

    init(_ waker: Waker) { self.waker = waker }

    func post(_ command: MeshCommand) {
        let (isFirst, isClosed) = state.withLock { state in
            guard !state.isClosed else { return (false, true) }
            state.commands.append(command)
            return (state.commands.count == 1, false)
        }
        if isFirst { waker.wake() }
        if isClosed { command.refuse() }
    }

    /// All that wait, in the order of posting.
    func take() -> [MeshCommand] {
        state.withLock { state in
            var taken: [MeshCommand] = []
            swap(&taken, &state.commands)
            return taken
        }
    }

    /// The last ones; what is posted from now on is refused at once.
    func close() -> [MeshCommand] {
        state.withLock { state in
            state.isClosed = true
            return state.commands
        }
    }
}

extension MeshCommand {
    /// Ends it without its having been done: the loop is over.
    func refuse() {
        let error = CommyError(.notAttached, "the mesh was closed")
        switch self {
        case .whenAttached(let waiter): waiter.resume(returning: .failure(error))
        case .call(_, _, _, let outcome), .send(_, _, _, _, let outcome):
            outcome.resume(returning: .failure(error))
        case .serve(_, _, _, let waiter): waiter.resume(returning: .failure(error))
        case .watch(_, _, let stream): stream.finish()
        case .close(let waiter): waiter.resume()
        case .cancel, .drain, .withdraw, .handled, .unwatch: return
        }
    }
}

/// Names one request that a handler works on.
struct WorkID: Sendable, Hashable {
    var number: UInt64
}
