internal import CommyBase

/// Looks for one pattern in the events of a run and remembers where it was, and where not.
///
/// Requests are not its business: they are judged from their log, by their scheduled instants.
struct EventWatch: Sendable {
    /// Something that a pattern has looked at.
    struct Sighting: Sendable, Equatable {
        var at: Int64
        /// What it was, for the evidence; nil from the limit on.
        var text: String?
    }

    let matcher: EventMatcher
    /// Events that matched.
    private(set) var matches: [Sighting] = []
    /// Events of the pattern's kind that did not match.
    private(set) var others: [Sighting] = []
    /// Events that show that there was something to look at.
    private(set) var signsOfLife = 0

    init(_ pattern: EventPattern) {
        matcher = EventMatcher(pattern)
    }

    mutating func observe(_ event: RunEvent) {
        if matcher.isSignOfLife(event.fact) { signsOfLife += 1 }
        guard matcher.concerns(event.fact) else { return }
        if matcher.matches(event.fact) {
            matches.append(sighting(event, kept: matches.count))
        } else {
            others.append(sighting(event, kept: others.count))
        }
    }

    private func sighting(_ event: RunEvent, kept: Int) -> Sighting {
        let text = kept < JudgeLimits.keptSightings ? EventMatcher.text(of: event.fact) : nil
        return Sighting(at: event.at.nanoseconds, text: text)
    }
}
