internal import CommyBase

/// Which members there is news of, and how often each piece was sent (SWIM, section 4.1: each piece
/// lambda log n times, the less sent first).
///
/// Only the numbers wait here; what is sent is what the table says at that moment, so a newer piece
/// replaces an older one by itself. At most one entry a member, so the table's limit bounds it.
struct RumourQueue: Sendable, Equatable {
    struct Rumour: Sendable, Equatable {
        let id: NodeID
        var sent: Int
    }

    /// The less sent ones first.
    private(set) var rumours: [Rumour] = []

    var isEmpty: Bool { rumours.isEmpty }

    /// There is news of this member: it starts anew.
    mutating func add(_ id: NodeID) {
        remove(id)
        rumours.insert(Rumour(id: id, sent: 0), at: 0)
    }

    mutating func remove(_ id: NodeID) { rumours.removeAll { $0.id == id } }

    /// The next pieces to send to one peer, at most `count`; each that has been sent `limit` times
    /// is dropped. News of the peer itself is not for it and stays.
    mutating func take(_ count: Int, for peer: NodeID, limit: Int) -> [NodeID] {
        precondition(limit > 0)
        var taken: [NodeID] = []
        var again: [Rumour] = []
        var kept: [Rumour] = []
        for rumour in rumours {
            guard taken.count < count, rumour.id != peer else {
                kept.append(rumour)
                continue
            }
            taken.append(rumour.id)
            if rumour.sent + 1 < limit {
                again.append(Rumour(id: rumour.id, sent: rumour.sent + 1))
            }
        }
        rumours = kept
        for rumour in again { putBack(rumour) }
        return taken
    }

    /// Behind all that were sent as often.
    private mutating func putBack(_ rumour: Rumour) {
        var low = 0
        var high = rumours.count
        while low < high {
            let middle = (low + high) / 2
            if rumours[middle].sent <= rumour.sent { low = middle + 1 } else { high = middle }
        }
        rumours.insert(rumour, at: low)
    }

    /// How often each piece is sent in a mesh of this size: factor times ceil(log10(n + 1)).
    static func limit(liveCount: Int, factor: Int) -> Int {
        var digits = 0
        var bound = 1
        while bound < liveCount + 1 {
            bound *= 10
            digits += 1
        }
        return factor * max(1, digits)
    }
}
