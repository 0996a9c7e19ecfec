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
    case watch(Ticket, WatchScope, WatchReader)
    case unwatch(Ticket)
    case close(CheckedContinuation<Void, Never>)
}

/// Carries commands from any thread to the loop's; wakes it once for all that wait.
final class Mailbox: Sendable {
    private struct State {
        var commands: [MeshCommand] = []
        /// Why the loop has ended: nobody reads any more.
        var end: CommyError?
    }
    private let state = Mutex(State())
    private let waker: Waker

    init(_ waker: Waker) { self.waker = waker }

    func post(_ command: MeshCommand) {
        let (isFirst, end) = state.withLock { state -> (Bool, CommyError?) in
            guard state.end == nil else { return (false, state.end) }
            state.commands.append(command)
            return (state.commands.count == 1, nil)
        }
        if isFirst { waker.wake() }
        if let end { command.refuse(because: end) }
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
    func close(because end: CommyError) -> [MeshCommand] {
        state.withLock { state in
            state.end = end
            return state.commands
        }
    }
}

extension MeshCommand {
    /// Ends it without its having been done.
    func refuse(because error: CommyError) {
        switch self {
        case .whenAttached(let waiter): waiter.resume(returning: .failure(error))
        case .call(_, _, _, let outcome), .send(_, _, _, _, let outcome):
            outcome.resume(returning: .failure(error))
        case .serve(_, _, _, let waiter): waiter.resume(returning: .failure(error))
        case .watch(_, _, let reader): reader.finish()
        case .close(let waiter): waiter.resume()
        case .cancel, .drain, .withdraw, .handled, .unwatch: return
        }
    }
}

/// Names one request that a handler works on.
struct WorkID: Sendable, Hashable {
    var number: UInt64
}
