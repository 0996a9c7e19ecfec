internal import CommyBase

/// Actions that are due at instants, in order; equal instants keep the order in which they were
/// added.
struct TimerQueue<Action> {
    private struct Entry {
        var due: MeshInstant
        var action: Action
    }

    /// Latest first, so that the next one is popped from the end. A run has tens of them.
    private var entries: [Entry] = []

    /// When the next one is due; `.never` when there is none.
    var next: MeshInstant { entries.last?.due ?? .never }

    mutating func add(_ action: Action, at due: MeshInstant) {
        let place = entries.firstIndex { $0.due <= due } ?? entries.count
        entries.insert(Entry(due: due, action: action), at: place)
    }

    /// The next action that is due by `now`.
    mutating func pop(at now: MeshInstant) -> Action? {
        guard let last = entries.last, last.due <= now else { return nil }
        return entries.removeLast().action
    }

    mutating func removeAll(where matches: (Action) -> Bool) {
        entries.removeAll { matches($0.action) }
    }
}
