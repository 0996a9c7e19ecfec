internal import CommyBase

/// Decides when a fault that waits for events begins.
///
///     waiting(step 0) --its event, count times--> waiting(step 1) --> ... --> held
///
/// Invariant: in `.waiting`, `seen` is below the count of the step. One event counts for one step.
public struct ConditionWatch: Sendable {
    public enum State: Sendable, Equatable {
        case waiting(step: Int, seen: Int)
        case held
    }
    /// What the caller must do now.
    public enum OnEvent: Sendable, Equatable {
        case nothing
        /// Begin the fault this long after the event.
        case begin(after: Duration)
    }

    public private(set) var state: State = .waiting(step: 0, seen: 0)
    private let condition: Condition
    private let matchers: [EventMatcher]

    public init(_ condition: Condition) {
        precondition(!condition.steps.isEmpty, "a condition waits for something")
        precondition(condition.steps.allSatisfy { $0.count > 0 }, "a step happens at least once")
        self.condition = condition
        matchers = condition.steps.map { EventMatcher($0.pattern) }
    }

    /// Something has happened; `time` counts from the start of the traffic phase, nil before it.
    public mutating func happened(_ fact: RunEvent.Fact, at time: Duration?) -> OnEvent {
        switch state {
        case .held:
            // Benign: a fault begins once, and the run goes on.
            return .nothing
        case .waiting(let step, let seen):
            guard let time, time >= condition.notBefore, matchers[step].matches(fact) else {
                return .nothing
            }
            state = next(after: step, seen: seen + 1)
            return state == .held ? .begin(after: condition.delay) : .nothing
        }
    }

    private func next(after step: Int, seen: Int) -> State {
        guard seen == condition.steps[step].count else { return .waiting(step: step, seen: seen) }
        guard step + 1 < condition.steps.count else { return .held }
        return .waiting(step: step + 1, seen: 0)
    }

    /// How far it has come: `step 2 of 3, log elected of etcd: 1 of 5`.
    public var progress: String {
        switch state {
        case .held: return "it held"
        case .waiting(let step, let seen):
            let wanted = condition.steps[step]
            let place =
                condition.steps.count > 1 ? "step \(step + 1) of \(condition.steps.count), " : ""
            return "\(place)\(wanted.pattern.words): \(seen) of \(wanted.count)"
        }
    }
}
