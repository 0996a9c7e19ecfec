public import CommyBase

/// Whether an instance takes new calls, as its owner says.
public enum EntryState: UInt8, Sendable, Equatable, CaseIterable {
    case up = 1
    /// It finishes what it has; nothing new is sent to it.
    case draining = 2
}

/// How new an owner's words are. Only the owner moves it, no clock has a part in it.
///
/// A life is drawn at random when a node starts, so two lives have no order of their own; the
/// generation gives it: a node that hears that others believe something of it which it did not say
/// in this life goes one generation above (as SWIM's incarnation refutes a suspicion). So a node
/// that starts anew with a clock that is ten minutes late wins over its own past.
public struct CatalogVersion: Sendable, Hashable, Comparable {
    public var generation: UInt64
    public var life: UInt64
    /// Changes of the owner's entries in this life.
    public var counter: UInt64

    public init(generation: UInt64, life: UInt64, counter: UInt64) {
        self.generation = generation
        self.life = life
        self.counter = counter
    }

    /// Older than all that an owner says.
    public static let nothing = CatalogVersion(generation: 0, life: 0, counter: 0)

    public static func < (left: CatalogVersion, right: CatalogVersion) -> Bool {
        (left.generation, left.life, left.counter) < (right.generation, right.life, right.counter)
    }

    /// Counters of different eras cannot be compared.
    public func isSameEra(as other: CatalogVersion) -> Bool {
        generation == other.generation && life == other.life
    }
}

/// One instance of a service, as its owner describes it.
public struct CatalogEntry: Sendable, Hashable {
    public let instance: InstanceID
    public let state: EntryState
    public let offer: ServiceOffer
    /// The owner's counter at the entry's last change.
    public let counter: UInt64

    public init(instance: InstanceID, state: EntryState, offer: ServiceOffer, counter: UInt64) {
        self.instance = instance
        self.state = state
        self.offer = offer
        self.counter = counter
    }

    public var service: ServiceName { offer.service }
}

/// Whether an instance can be called, as far as this node knows; only `ready` ones are routed to.
public enum Availability: UInt8, Sendable, Equatable, CaseIterable {
    case ready = 0
    case draining = 1
    /// Membership suspects its node; it may be dead.
    case suspect = 2
    /// Its node is dead or gone.
    case lost = 3
    /// Membership does not know its node, or knows it in another life.
    case unconfirmed = 4
}

/// An instance and what this node thinks of it.
public struct CatalogInstance: Sendable, Hashable {
    public let entry: CatalogEntry
    public let availability: Availability

    public init(entry: CatalogEntry, availability: Availability) {
        self.entry = entry
        self.availability = availability
    }

    public var id: InstanceID { entry.instance }
    public var service: ServiceName { entry.offer.service }
}

/// A change of the catalog, as routers and watchers take it. Both kinds may be repeated.
public enum CatalogChange: Sendable, Equatable {
    /// The instance is as told from now on.
    case present(CatalogInstance)
    /// There is no such instance any more.
    case absent(InstanceID, ServiceName)
}
