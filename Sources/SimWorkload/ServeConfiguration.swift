public import CommyMesh

/// What one instance of a service does.
public struct ServeConfiguration: Sendable, Equatable {
    /// What happens to a request.
    public enum Handler: String, Sendable, Equatable, CaseIterable {
        /// The body comes back.
        case echo
        /// Every request fails with `applicationError`.
        case fail
        /// Like `echo`, after a second unless the work is stated.
        case slow
        /// The answer is empty.
        case discard
    }

    /// Where the node listens.
    public var socketPath: String
    /// The node's name, for events.
    public var node: String
    public var offer: ServiceOffer
    public var handler: Handler
    /// From the request to its answer; requests do not wait for each other.
    public var workNanoseconds: Int64
    /// What it calls itself in its answers.
    public var label: String
    public var printsEvents: Bool
}

/// What one source of calls does beyond its schedule.
public struct CallConfiguration: Sendable, Equatable {
    public var socketPath: String
    public var node: String
    /// What each request is; its timeout is that of the schedule.
    public var request: CallRequest
    public var isOneWay: Bool
    /// Whether an answer that is not the request's own body is a wrong one.
    public var expectsEcho: Bool
}
