/// Decides what to do with one process of a scenario, from what happens to it and what faults
/// order.
///
///     waiting --start--> starting --ready--> running --exit--> ended
///        ^                   |                  |
///        |                 exit               order: crash, stop, restart
///        |                   v                  v
///        +---- heal ---- down <---- exit --- leaving
///
/// Invariant: at most one incarnation of the process is alive.
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
            preconditionFailure("a process that was never started cannot be ready")
        }
    }

    /// A fault or the end of the run has told it to end. True when there is a process to tell.
    public mutating func leaveOrdered(then next: AfterLeaving) -> Bool {
        switch state {
        case .starting, .running:
            state = .leaving(then: next)
            return true
        case .leaving(let current):
            // The end of the run overrides what a fault had planned.
            state = .leaving(then: next == .end ? .end : current)
            return false
        case .waiting, .down, .ended:
            if next == .end { state = .ended }
            return false
        }
    }

    /// The fault that took it down is over. True when the caller must start it now.
    public mutating func healed() -> Bool {
        switch state {
        case .down:
            state = .waiting
            return true
        case .leaving(then: .stayDown):
            // It has not finished leaving: it starts as soon as it has.
            state = .leaving(then: .startAgain)
            return false
        case .leaving, .waiting, .starting, .running, .ended:
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
