public import CommyBase

/// What `Membership` wants done or known.
public enum MembershipOutput: Sendable, Equatable {
    /// Send this over the link to that peer; drop it when there is none any more.
    case send(SwimMessage, to: NodeID)
    /// A link to this member is wanted. For a member that is alive or suspect: try until there is
    /// one, or it is dead. For a dead member: one attempt.
    case dial(NodeID, [NetworkAddress])
    /// How this node sees that member is new: its state, or its record.
    case changed(NodeID, MemberState, MemberRecord)
    /// This node was accused and has raised its incarnation; its own HELLO must say so from now on.
    case refuted(incarnation: UInt64)
    /// Another process of this node's name is said to listen there, and has not given way: dial it
    /// once. Say `nameRefused` when it turns this node away with `nameTaken`.
    case seekTwin([NetworkAddress])
    /// A dead member is forgotten.
    case forget(NodeID)
    case conflict(MembershipConflict)
}

/// Two things that claim to be one.
public enum MembershipConflict: Sendable, Equatable {
    /// Another live process has this node's own name and has proven it; it was there first and has
    /// not yielded. This node no longer answers for the name and must stop (error `nameTaken`).
    case ownNameTaken(otherLife: UInt64)
    /// A member that was alive changed its life without having died: two processes of one name, or
    /// a restart that was faster than detection.
    case lifeReplaced(NodeID, was: UInt64, is: UInt64)
    /// A second name has the number of a member. The second one is refused.
    case numberTaken(NodeID, holder: NodeName, refused: NodeName)
}

/// How a link ended, as far as membership cares.
public enum LinkLoss: Sendable, Equatable {
    /// The peer's kernel said so: a reset, or an end without farewell. The process is probably
    /// gone.
    case reset
    /// Given up after silence: no evidence beyond what `linkSilent` had.
    case timedOut
    /// By agreement (GOAWAY, or another link to it was kept): nothing is suspected.
    case orderly
}

/// What became of a record that a peer showed in its HELLO.
public enum Introduction: Sendable, Equatable {
    case accepted
    /// The table is full (error `limitReached`).
    case tableFull
    /// Another name has its number, or it bears this node's own name (error `nameTaken`).
    case nameTaken
}
