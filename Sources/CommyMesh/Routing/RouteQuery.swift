public import CommyBase

/// What a call wants of the router.
public struct RouteQuery: Sendable, Equatable {
    public var service: ServiceName
    /// This instance and no other; nil for any.
    public var instance: InstanceID?
    public var requirement: CapabilityRequirement
    /// Instances that earlier attempts of the same call went to.
    public var tried: TriedInstances

    public init(
        service: ServiceName, instance: InstanceID? = nil,
        requirement: CapabilityRequirement = .none, tried: TriedInstances = TriedInstances()
    ) {
        self.service = service
        self.instance = instance
        self.requirement = requirement
        self.tried = tried
    }
}

/// The instances that one call was sent to, without an allocation.
public struct TriedInstances: Sendable, Equatable {
    /// More attempts than any call has.
    public static let capacity = 8
    private var ids: InlineArray<8, InstanceID>
    public private(set) var count = 0

    public init() {
        ids = InlineArray(repeating: InstanceID(node: NodeID(value: 0), number: 0))
    }

    /// When it is full, the oldest one is forgotten.
    public mutating func insert(_ id: InstanceID) {
        if count == Self.capacity {
            for index in 1..<Self.capacity { ids[index - 1] = ids[index] }
            count -= 1
        }
        ids[count] = id
        count += 1
    }

    public func contains(_ id: InstanceID) -> Bool {
        for index in 0..<count where ids[index] == id { return true }
        return false
    }

    public static func == (left: TriedInstances, right: TriedInstances) -> Bool {
        guard left.count == right.count else { return false }
        for index in 0..<left.count where left.ids[index] != right.ids[index] { return false }
        return true
    }
}
