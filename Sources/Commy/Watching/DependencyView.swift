/// What a service needs and cannot have now, as the node knows it at one moment.
public struct DependencyView: Sendable, Equatable {
    public let service: String
    /// Named by one of its instances, and without a ready instance; sorted.
    public let unmet: [String]
    /// The same, of the services that it needs: it may fail through them; sorted, without `unmet`.
    public let unmetBelow: [String]
    /// There are so many services below that not all were looked at.
    public let isTruncated: Bool
    /// The node is cut off from the mesh, or this process from its node: this is what was last
    /// known.
    public let isStale: Bool

    /// Everything that it needs is there.
    public var isMet: Bool { unmet.isEmpty && unmetBelow.isEmpty }
}
