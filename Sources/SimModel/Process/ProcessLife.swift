/// Decides what to do with one process of a scenario, from what happens to it and what faults
/// order.
///
///     waiting --start--> starting --ready--> running --exit--> ended
///        ^                   |                  |
///        |                 exit               order: crash, stop, restart
///        |                   v                  v
///        +---- heal ---- down <---- exit --- leaving
///
/// Invariants: at most one incarnation of the process is alive; none is starting or running while a
/// fault holds it down.
public struct ProcessLife: Sendable, Equatable {
    public enum State: Sendable, Equatable {
        /// Not started yet: what it comes after is not ready.
        case waiting
        /// Started; its readiness is being probed.
        case starting
        case running
        /// Told to end by a fault or the end of the run.
        case leaving(then: AfterLeaving)
        /// Taken down by a fault, until that heals.
        case down
        /// Over, and nobody will start it again.
        case ended
    }
    public enum AfterLeaving: Sendable, Equatable {
        case stayDown
        case startAgain
        case end
    }
    public enum OnExit: Sendable, Equatable {
        /// Asked for: only note it.
        case note
        /// Not asked for, and nothing brings it back: the run has a failure.
        case reportFailure
        /// Start the next incarnation; `asFailure` when nobody had asked for the exit.
        case launch(afterFailure: Bool)

        /// True when a fault or the end of the run had asked for the exit.
        public var wasOrdered: Bool {
            switch self {
            case .note, .launch(afterFailure: false): true
            case .reportFailure, .launch: false
            }
        }
    }

    public private(set) var state: State = .waiting
    /// How often it was started.
    public private(set) var incarnation = 0
    /// Faults that want it down and have not healed; they may overlap.
    private var holds = 0
    private let policy: ProcessSpec.Restart

    public init(policy: ProcessSpec.Restart) {
        self.policy = policy
    }

    /// True while a process of it exists.
    public var isAlive: Bool {
        switch state {
        case .starting, .running, .leaving: true
        case .waiting, .down, .ended: false
        }
    }

    /// The caller has started it.
    public mutating func launched() {
        precondition(!isAlive, "one incarnation at a time")
        precondition(holds == 0, "a fault holds it down")
        incarnation += 1
        state = .starting
    }

    /// Its readiness probe has succeeded. True when that is news.
    public mutating func becameReady() -> Bool {
        switch state {
        case .starting:
            state = .running
            return true
        case .running, .leaving, .down, .ended:
            // Benign race: the probe's answer crossed an exit or an order.
            return false
        case .waiting:
            precondition(incarnation > 0, "a process that was never started cannot be ready")
            // Benign race: it ended right after its readiness was seen, and waits to be restarted.
            return false
        }
    }

    /// A fault or the end of the run has told it to end. True when there is a process to tell.
    ///
    /// Each order to `.stayDown` ends in one `healed()`, or lasts to the end of the run.
    public mutating func leaveOrdered(then next: AfterLeaving) -> Bool {
        if next == .stayDown { holds += 1 }
        switch state {
        case .starting, .running:
            state = .leaving(then: next)
            return true
        case .leaving(let current):
            state = .leaving(then: current.joined(by: next))
            return false
        case .waiting, .down:
            switch next {
            case .end: state = .ended
            // It may wait between two incarnations: the fault also prevents the next one.
            case .stayDown: state = .down
            // Benign race: it is about to start anyway, or a fault holds it down.
            case .startAgain: break
            }
            return false
        case .ended:
            return false
        }
    }

    /// A fault that took it down is over. True when the caller must start it now.
    public mutating func healed() -> Bool {
        precondition(holds > 0, "a fault heals that had not ordered it down")
        holds -= 1
        guard holds == 0 else { return false }
        switch state {
        case .down:
            state = .waiting
            return true
        case .leaving(then: .stayDown):
            // It has not finished leaving: it starts as soon as it has.
            state = .leaving(then: .startAgain)
            return false
        case .leaving(then: .startAgain), .waiting, .starting, .running:
            preconditionFailure("a fault held it down")
        case .leaving(then: .end), .ended:
            // The end of the run came first, or it had ended by itself.
            return false
        }
    }

    /// Its process has ended; `succeeded` when it returned 0.
    public mutating func exited(succeeded: Bool) -> OnExit {
        switch state {
        case .leaving(then: .stayDown):
            state = .down
            return .note
        case .leaving(then: .startAgain):
            state = .waiting
            return .launch(afterFailure: false)
        case .leaving(then: .end):
            state = .ended
            return .note
        case .starting, .running:
            return exitedByItself(succeeded: succeeded)
        case .waiting, .down, .ended:
            preconditionFailure("a process ended that was not alive")
        }
    }

    private mutating func exitedByItself(succeeded: Bool) -> OnExit {
        let again =
            switch policy {
            case .never: false
            case .onFailure: !succeeded
            case .always: true
            }
        state = again ? .waiting : .ended
        return again ? .launch(afterFailure: true) : .reportFailure
    }
}

extension ProcessLife.AfterLeaving {
    /// What remains when a second order comes before the first is carried out: the end of the run
    /// overrides every fault, and a fault that holds the process down one that restarts it.
    fileprivate func joined(by next: Self) -> Self {
        switch (self, next) {
        case (.end, _), (_, .end): .end
        case (.stayDown, _), (_, .stayDown): .stayDown
        case (.startAgain, .startAgain): .startAgain
        }
    }
}
