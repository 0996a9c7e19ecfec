public import CommyBase

/// What members say to each other about membership (frame kind SWIM). Every message but the digests
/// carries news on its back: SWIM's piggyback component (section 4.1).
///
/// The messages ride on links that are ordered, reliable and authenticated; SWIM assumes datagrams.
/// So a lost message is a late one, and a probe also says whether the link still moves.
public enum SwimMessage: Sendable, Equatable {
    /// Are you there? Answered by `ack` with the same number.
    case probe(number: UInt64, news: [MemberUpdate])
    case ack(number: UInt64, news: [MemberUpdate])
    /// Ask this member for me. Answered by `ack` with this number, or by `nack`.
    case probeRequest(number: UInt64, target: NodeID, news: [MemberUpdate])
    /// I asked it, and it has not answered yet; or I have no link to it (Lifeguard, section IV-A:
    /// who gets neither ack nor nack is itself unwell).
    case nack(number: UInt64, Refusal, news: [MemberUpdate])
    /// News that does not wait for a probe.
    case gossip(news: [MemberUpdate])
    /// This is the hash of my view. Answered by `syncRequest` when the other's differs.
    case compare(viewHash: UInt64)
    /// This is all that I know, by number and version. Answered by `sync`.
    case syncRequest(digest: [DigestEntry])
    /// What you do not know or know worse, and of whom I would like to hear. Long answers come in
    /// several of these.
    case sync(news: [MemberUpdate], wanted: [NodeID])

    public enum Refusal: UInt8, Sendable, Equatable, CaseIterable {
        case noAnswer = 0
        case noLink = 1
    }

    /// A member in a digest.
    public struct DigestEntry: Sendable, Equatable {
        public var id: NodeID
        public var version: MemberVersion

        public init(id: NodeID, version: MemberVersion) {
            self.id = id
            self.version = version
        }
    }

    /// Members in one digest; at most 26 bytes each, they fit into a frame of 64 KiB.
    public static let digestLimit = 2_048
    /// Updates in one message; at most 525 bytes each, they fit into a frame of 64 KiB together
    /// with
    /// the longest list of wanted members.
    public static let updateLimit = 64
    /// Members that one `sync` asks for.
    public static let wantedLimit = 2_048
}
