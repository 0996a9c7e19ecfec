public import CommyBase

/// What a service needs and cannot have now.
public struct DependencyReport: Sendable, Hashable {
    public let service: ServiceName
    /// Named by one of its instances, and without a ready instance of their own; sorted.
    public let unmet: [ServiceName]
    /// The same, of the services that it needs: it may fail through them; sorted, without `unmet`.
    public let unmetBelow: [ServiceName]
    /// The search was ended by a limit: there may be more below.
    public let isTruncated: Bool

    public init(
        service: ServiceName, unmet: [ServiceName], unmetBelow: [ServiceName], isTruncated: Bool
    ) {
        self.service = service
        self.unmet = unmet
        self.unmetBelow = unmetBelow
        self.isTruncated = isTruncated
    }

    public var isMet: Bool { unmet.isEmpty && unmetBelow.isEmpty }
}
