/// Which link faults are active, and what they make of a link's own conditions.
///
/// Faults overlap: a link is cut while any active fault cuts it, and degradations apply in the
/// order in which they began. When a fault heals, what the others do stays.
public struct LinkFaultSet: Sendable, Equatable {
    private struct Active: Sendable, Equatable {
        var fault: Int
        var change: Change
    }
    public enum Change: Sendable, Equatable {
        case cut
        /// A cut for one family of addresses.
        case cutFamily(AddressFamily)
        case degrade(LinkChange)
        case reset
    }

    /// In the order of their beginning.
    private var active: [Active] = []

    public init() {}

    public var isEmpty: Bool { active.isEmpty }

    public mutating func began(fault: Int, _ change: Change) {
        active.append(Active(fault: fault, change: change))
    }

    public mutating func ended(fault: Int) {
        active.removeAll { $0.fault == fault }
    }

    /// What the link does now.
    public func applied(to own: LinkConditions) -> LinkConditions {
        var conditions = own
        for entry in active {
            switch entry.change {
            case .cut: conditions.isCut = true
            case .cutFamily(let family):
                if let other = conditions.cutFamily, other != family { conditions.isCut = true }
                conditions.cutFamily = family
            case .reset: conditions.resetsConnections = true
            case .degrade(let change): conditions = change.applied(to: conditions)
            }
        }
        return conditions
    }
}
