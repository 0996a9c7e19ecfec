internal import CommyBase

/// Who was heard last, and who last besides: enough to say whether anybody other than one member
/// was heard since some instant.
///
/// A node that hears nobody is more likely cut off than everybody else dead: it must not accuse.
struct HearingRecord: Sendable, Equatable {
    private var latest: (id: NodeID, at: MeshInstant)?
    private var other: (id: NodeID, at: MeshInstant)?

    mutating func heard(_ id: NodeID, at now: MeshInstant) {
        if let latest, latest.id != id { other = latest }
        latest = (id, now)
    }

    /// When somebody other than this member was last heard.
    func lastHeard(otherThan id: NodeID) -> MeshInstant? {
        guard let latest else { return nil }
        return latest.id == id ? other?.at : latest.at
    }

    /// This node stood still for `span`: that it heard nobody meanwhile says nothing.
    mutating func postpone(by span: Duration) {
        if let latest { self.latest = (latest.id, latest.at + span) }
        if let other { self.other = (other.id, other.at + span) }
    }

    static func == (left: HearingRecord, right: HearingRecord) -> Bool {
        left.latest?.id == right.latest?.id && left.latest?.at == right.latest?.at
            && left.other?.id == right.other?.id && left.other?.at == right.other?.at
    }
}
