public import CommyBase

/// What nodes say to each other about trust (frame kind TRUST).
public enum TrustMessage: Sendable, Equatable {
    /// The state of the rotation, and reports of nodes.
    case news(state: TrustState?, reports: [TrustReport])
    /// This is the hash of what I know. Answered by `request` when the other's differs.
    case compare(hash: UInt64)
    /// This is what I know. Answered by `news`, and by a `request` when it is more.
    case request(state: TrustState.Version?, known: [KnownReport])

    public struct KnownReport: Sendable, Hashable {
        public var id: NodeID
        public var version: TrustReport.Version

        public init(id: NodeID, version: TrustReport.Version) {
            self.id = id
            self.version = version
        }
    }
}
