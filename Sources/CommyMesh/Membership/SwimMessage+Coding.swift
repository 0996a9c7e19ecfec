internal import CommyBase
public import CommyWire

/// One byte that says which message it is, then its fields in their order; lists behind their count
/// as a varint; numbers of members and lives as 8 bytes, all other numbers as varints.
extension SwimMessage: FramePayload {
    public static let kind = FrameKind.swim

    private enum Tag: UInt8 {
        case probe = 1
        case ack = 2
        case probeRequest = 3
        case nack = 4
        case gossip = 5
        case compare = 6
        case syncRequest = 7
        case sync = 8
    }

    public init(decoding payload: borrowing RawSpan) throws(WireError) {
        var reader = ByteReader()
        guard let tag = Tag(rawValue: try reader.u8(payload)) else {
            throw .invalid("membership message")
        }
        switch tag {
        case .probe:
            let number = try reader.varint(payload)
            self = .probe(number: number, news: try Self.news(&reader, payload))
        case .ack:
            let number = try reader.varint(payload)
            self = .ack(number: number, news: try Self.news(&reader, payload))
        case .probeRequest:
            let number = try reader.varint(payload)
            let target = NodeID(value: try reader.u64(payload))
            self = .probeRequest(
                number: number, target: target, news: try Self.news(&reader, payload))
        case .nack:
            let number = try reader.varint(payload)
            guard let refusal = Refusal(rawValue: try reader.u8(payload)) else {
                throw .invalid("refusal")
            }
            self = .nack(number: number, refusal, news: try Self.news(&reader, payload))
        case .gossip: self = .gossip(news: try Self.news(&reader, payload))
        case .compare: self = .compare(viewHash: try reader.u64(payload))
        case .syncRequest: self = .syncRequest(digest: try Self.digest(&reader, payload))
        case .sync:
            let news = try Self.news(&reader, payload)
            let wanted = try NodeID.ascending(
                limit: Self.wantedLimit, "wanted members", reading: &reader, payload)
            self = .sync(news: news, wanted: wanted)
        }
        try reader.expectEnd(payload)
    }

    private static func news(
        _ reader: inout ByteReader, _ bytes: borrowing RawSpan
    ) throws(WireError) -> [MemberUpdate] {
        let count = try reader.count(limit: updateLimit, "updates", bytes)
        var news: [MemberUpdate] = []
        for _ in 0..<count { news.append(try MemberUpdate(reading: &reader, bytes)) }
        return news
    }

    private static func digest(
        _ reader: inout ByteReader, _ bytes: borrowing RawSpan
    ) throws(WireError) -> [DigestEntry] {
        let count = try reader.count(limit: digestLimit, "digest", bytes)
        var digest: [DigestEntry] = []
        for _ in 0..<count {
            let id = NodeID(value: try reader.u64(bytes))
            if let last = digest.last, last.id >= id { throw .invalid("digest") }
            guard let state = MemberState(rawValue: try reader.u8(bytes)) else {
                throw .invalid("member state")
            }
            let incarnation = try reader.varint(bytes)
            guard incarnation <= MemberUpdate.incarnationLimit else {
                throw .invalid("incarnation")
            }
            let version = MemberVersion(
                incarnation: incarnation, state: state, life: try reader.u64(bytes))
            digest.append(DigestEntry(id: id, version: version))
        }
        return digest
    }

    public func encode(into writer: inout ByteWriter) {
        switch self {
        case .probe(let number, let news):
            begin(.probe, number, &writer)
            encode(news, &writer)
        case .ack(let number, let news):
            begin(.ack, number, &writer)
            encode(news, &writer)
        case .probeRequest(let number, let target, let news):
            begin(.probeRequest, number, &writer)
            writer.u64(target.value)
            encode(news, &writer)
        case .nack(let number, let refusal, let news):
            begin(.nack, number, &writer)
            writer.u8(refusal.rawValue)
            encode(news, &writer)
        case .gossip(let news):
            writer.u8(Tag.gossip.rawValue)
            encode(news, &writer)
        case .compare(let viewHash):
            writer.u8(Tag.compare.rawValue)
            writer.u64(viewHash)
        case .syncRequest(let digest):
            writer.u8(Tag.syncRequest.rawValue)
            encode(digest, &writer)
        case .sync(let news, let wanted):
            precondition(wanted.count <= Self.wantedLimit)
            writer.u8(Tag.sync.rawValue)
            encode(news, &writer)
            NodeID.encode(wanted, into: &writer)
        }
    }

    private func begin(_ tag: Tag, _ number: UInt64, _ writer: inout ByteWriter) {
        writer.u8(tag.rawValue)
        writer.varint(number)
    }

    private func encode(_ news: [MemberUpdate], _ writer: inout ByteWriter) {
        precondition(news.count <= Self.updateLimit)
        writer.varint(UInt64(news.count))
        for update in news { update.encode(into: &writer) }
    }

    private func encode(_ digest: [DigestEntry], _ writer: inout ByteWriter) {
        precondition(digest.count <= Self.digestLimit)
        writer.varint(UInt64(digest.count))
        for entry in digest {
            writer.u64(entry.id.value)
            writer.u8(entry.version.state.rawValue)
            writer.varint(entry.version.incarnation)
            writer.u64(entry.version.life)
        }
    }
}
