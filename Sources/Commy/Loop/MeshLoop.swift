internal import CommyBase
internal import CommyLinux
internal import CommyMesh
internal import CommyReactor
internal import CommySession
internal import Synchronization

/// The thread behind a `Mesh`: one session with the node, and what the facade asked of it.
///
///     attaching --attached--> serving --close--> leaving --over--> (the thread ends)
///         '----- failed -----------------------------------------> (the thread ends)
///
/// Invariant: every continuation that was posted is resumed once: by an outcome, or at the end.
struct MeshLoop: ~Copyable {
    /// A call that the node has.
    struct OpenCall {
        var ticket: Ticket
        var outcome: CallOutcome
    }
    /// A call that waits for a session.
    struct ParkedCall {
        var ticket: Ticket
        var request: CallRequest
        var body: [UInt8]
        var sends: OneWay?
        var deadline: MeshInstant
        var outcome: CallOutcome
    }
    enum OneWay { case plain, acknowledged }

    struct Service {
        var handler: ServiceHandler
        var concurrency: Int
        var inWork = 0
        /// Of `serve`, until it is registered for the first time.
        var waiter: CheckedContinuation<Result<StandingID, CommyError>, Never>?
    }
    /// A request that a handler works on.
    struct Work {
        var service: StandingID
        /// Nil when nobody waits for the answer.
        var incoming: IncomingID?
        var task: Task<Void, Never>
    }
    struct Watch {
        var ticket: Ticket
        var picture: WatchedPicture
    }

    /// Calls that may wait for a session; more fail with `limitReached`.
    static let parkedLimit = 4_096

    var reactor: Reactor
    var session: SessionConnection
    let clock: MonotonicClock
    let mailbox: Mailbox

    var attachWaiters: [CheckedContinuation<Result<AttachedPlace, CommyError>, Never>] = []
    var closeWaiters: [CheckedContinuation<Void, Never>] = []
    var place: AttachedPlace?
    var isClosing = false
    /// Why there is no session now.
    var lastFailure = CommyError(.notAttached)

    var calls: [CallID: OpenCall] = [:]
    var callIDs: [ObjectIdentifier: CallID] = [:]
    /// In the order of posting.
    var parked: [ParkedCall] = []
    var services: [StandingID: Service] = [:]
    var instances: [InstanceID: StandingID] = [:]
    var works: [WorkID: Work] = [:]
    var workIDs: [IncomingID: WorkID] = [:]
    var lastWork: UInt64 = 0
    var watches: [StandingID: Watch] = [:]

    /// Starts the thread. Throws when the machine has no descriptors or threads left.
    static func start(
        _ path: String, _ configuration: MeshConfiguration
    ) throws(CommyError) -> Mailbox {
        do throws(SystemError) {
            let loop = try MeshLoop(path, configuration)
            let mailbox = loop.mailbox
            let box = Mutex<MeshLoop?>(consume loop)
            _ = try WorkerThread(name: "commy-mesh") {
                var loop = box.withLock { $0.take() }
                loop?.run()
            }
            return mailbox
        } catch {
            throw CommyError(.internal, error.description)
        }
    }

    private init(_ path: String, _ configuration: MeshConfiguration) throws(SystemError) {
        let clock = MonotonicClock()
        let reactor = try Reactor(clock: .system(clock))
        var limits = SessionLimits()
        limits.messageBytes = configuration.messageBytes
        session = SessionConnection(
            path: path, random: RandomKey(seed: .random(in: 0 ... .max)), limits: limits,
            build: configuration.program, token: 0)
        mailbox = Mailbox(reactor.waker)
        self.clock = clock
        self.reactor = reactor
    }

    private mutating func run() {
        while true {
            while let event = session.next(on: reactor.queue) { take(event) }
            if session.isOver { return end(lastFailure) }
            do throws(SystemError) {
                let event = try reactor.next(until: min(session.deadline, firstParkedDeadline))
                switch event {
                case .ready(_, let interest): session.ready(interest)
                case .woken: for command in mailbox.take() { perform(command) }
                case .timer, .signal, nil: break
                }
            } catch {
                // A kernel that cannot wait any more.
                return end(CommyError(.internal, error.description))
            }
            expireParked()
        }
    }

    /// Resumes all that wait; the thread is over.
    private mutating func end(_ error: CommyError) {
        for call in calls.values { call.outcome.resume(returning: .failure(error)) }
        for call in parked { call.outcome.resume(returning: .failure(error)) }
        for service in services.values { service.waiter?.resume(returning: .failure(error)) }
        for work in works.values { work.task.cancel() }
        for watch in watches.values { watch.picture.reader.finish() }
        for waiter in attachWaiters { waiter.resume(returning: .failure(error)) }
        for command in mailbox.close(because: error) { command.refuse(because: error) }
        for waiter in closeWaiters { waiter.resume() }
    }
}
