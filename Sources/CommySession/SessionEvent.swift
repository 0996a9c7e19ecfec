public import CommyBase
public import CommyMesh

/// Names one offer or watch of a `SessionConnection`, which outlives the sessions that carry it.
public struct StandingID: Sendable, Hashable, Comparable {
    public let number: UInt32
    public static func < (left: StandingID, right: StandingID) -> Bool {
        left.number < right.number
    }
}

/// What a connection has to tell its owner.
public enum SessionEvent: Sendable, Equatable {
    /// The node has greeted; standing offers and watches are on their way to it.
    case attached(node: NodeName, mesh: MeshName)
    /// Nobody listens, or the node refused. Another attempt follows unless the connection is over.
    case attachFailed(CommyError)
    /// An attached session is over. All that was under way has failed before this. Another attempt
    /// follows unless the connection is over.
    case detached(CommyError)
    /// The node stops: it takes no new calls.
    case draining
    /// The offer is in the catalog; comes anew, with another instance, after each `attached`.
    case registered(StandingID, InstanceID)
    /// The node has refused the offer or watch; it is asked again after the next `attached`.
    case refused(StandingID, CommyError)
    /// News of a watch; after each `attached` it begins with a snapshot.
    case changed(StandingID, [WatchEvent])
    case done(RequestID)
    case failed(RequestID, CommyError)
    case rows(RequestID, [String])
    case answered(CallID, Answer)
    case sent(CallID)
    case callFailed(CallID, CommyError, delivered: ErrorCode.Delivery)
    case request(IncomingRequest)
    /// Nobody waits for the answer to this any more.
    case requestCancelled(IncomingID, ErrorCode)
}
