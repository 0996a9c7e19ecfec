internal import CommyBase
public import CommyWire

extension CatalogMessage: FramePayload {
    public static let kind = FrameKind.catalog

    private enum Kind: UInt8 {
        case delta = 1
        case pull = 2
        case summary = 3
        case digest = 4
    }

    /// Reads a whole body: any bytes give a message or an error, and nothing may be left over.
    public init(decoding bytes: borrowing RawSpan) throws(WireError) {
        var reader = ByteReader()
        guard let kind = Kind(rawValue: try reader.u8(bytes)) else { throw .invalid("kind") }
        switch kind {
        case .delta: self = .delta(try CatalogDelta(reading: &reader, bytes))
        case .pull: self = .pull(try CatalogClaim.list(reading: &reader, bytes))
        case .summary: self = .summary(viewHash: try reader.u64(bytes))
        case .digest: self = .digest(try CatalogDigest(reading: &reader, bytes))
        }
        try reader.expectEnd(bytes)
    }

    /// Puts the body behind what is in the writer.
    public func encode(into writer: inout ByteWriter) {
        switch self {
        case .delta(let delta):
            writer.u8(Kind.delta.rawValue)
            delta.encode(into: &writer)
        case .pull(let claims):
            writer.u8(Kind.pull.rawValue)
            CatalogClaim.encode(claims, into: &writer)
        case .summary(let viewHash):
            writer.u8(Kind.summary.rawValue)
            writer.u64(viewHash)
        case .digest(let digest):
            writer.u8(Kind.digest.rawValue)
            digest.encode(into: &writer)
        }
    }
}

extension CatalogVersion {
    init(reading reader: inout ByteReader, _ bytes: borrowing RawSpan) throws(WireError) {
        generation = try reader.varint(bytes)
        life = try reader.u64(bytes)
        counter = try reader.varint(bytes)
        guard generation <= OfferLimits.generation else { throw .tooLarge("generation") }
        guard counter <= OfferLimits.counter else { throw .tooLarge("counter") }
    }

    func encode(into writer: inout ByteWriter) {
        writer.varint(generation)
        writer.u64(life)
        writer.varint(counter)
    }
}

extension CatalogClaim {
    init(reading reader: inout ByteReader, _ bytes: borrowing RawSpan) throws(WireError) {
        owner = NodeID(value: try reader.u64(bytes))
        version = try CatalogVersion(reading: &reader, bytes)
        hash = try reader.u64(bytes)
    }

    /// The most bytes of one claim: 8 + (9 + 8 + 9) + 8.
    static let byteLimit = 42

    static func list(
        reading reader: inout ByteReader, _ bytes: borrowing RawSpan
    ) throws(WireError) -> [CatalogClaim] {
        let count = try reader.count(limit: OfferLimits.itemsPerMessage, "claims", bytes)
        var claims: [CatalogClaim] = []
        for _ in 0..<count {
            let claim = try CatalogClaim(reading: &reader, bytes)
            if let last = claims.last, last.owner >= claim.owner { throw .invalid("claims") }
            claims.append(claim)
        }
        return claims
    }

    static func encode(_ claims: [CatalogClaim], into writer: inout ByteWriter) {
        writer.varint(UInt64(claims.count))
        for claim in claims {
            writer.u64(claim.owner.value)
            claim.version.encode(into: &writer)
            writer.u64(claim.hash)
        }
    }
}

extension CatalogDigest {
    init(reading reader: inout ByteReader, _ bytes: borrowing RawSpan) throws(WireError) {
        switch try reader.u8(bytes) {
        case 0: extent = .hint
        case 1:
            let first = NodeID(value: try reader.u64(bytes))
            let last = NodeID(value: try reader.u64(bytes))
            guard first <= last else { throw .invalid("extent") }
            extent = .complete(first...last)
        case _: throw .invalid("extent")
        }
        claims = try CatalogClaim.list(reading: &reader, bytes)
        guard case .complete(let range) = extent else { return }
        for claim in claims where !range.contains(claim.owner) { throw .invalid("extent") }
    }

    func encode(into writer: inout ByteWriter) {
        switch extent {
        case .hint: writer.u8(0)
        case .complete(let range):
            writer.u8(1)
            writer.u64(range.lowerBound.value)
            writer.u64(range.upperBound.value)
        }
        CatalogClaim.encode(claims, into: &writer)
    }
}

extension CatalogDelta {
    init(reading reader: inout ByteReader, _ bytes: borrowing RawSpan) throws(WireError) {
        let flags = try reader.u8(bytes)
        guard flags & ~3 == 0 else { throw .invalid("flags") }
        hasMore = flags & 1 != 0
        owner = NodeID(value: try reader.u64(bytes))
        version = try CatalogVersion(reading: &reader, bytes)
        base = try reader.varint(bytes)
        guard base <= version.counter, version.generation > 0 else { throw .invalid("base") }
        roster = flags & 2 == 0 ? nil : try CatalogRoster(reading: &reader, bytes)
        let count = try reader.count(limit: OfferLimits.itemsPerMessage, "records", bytes)
        records = []
        var last = base
        for _ in 0..<count {
            let record = try CatalogRecord(reading: &reader, after: last, bytes)
            guard record.counter <= version.counter else { throw .invalid("counter") }
            last = record.counter
            records.append(record)
        }
        if let roster, roster.counter < version.counter { throw .invalid("roster") }
    }

    func encode(into writer: inout ByteWriter) {
        writer.u8((hasMore ? 1 : 0) | (roster == nil ? 0 : 2))
        writer.u64(owner.value)
        version.encode(into: &writer)
        writer.varint(base)
        roster?.encode(into: &writer)
        writer.varint(UInt64(records.count))
        var last = base
        for record in records {
            record.encode(after: last, into: &writer)
            last = record.counter
        }
    }
}

extension CatalogRoster {
    init(reading reader: inout ByteReader, _ bytes: borrowing RawSpan) throws(WireError) {
        counter = try reader.varint(bytes)
        guard counter <= OfferLimits.counter else { throw .tooLarge("counter") }
        let count = try reader.count(limit: OfferLimits.itemsPerMessage, "roster", bytes)
        numbers = []
        var next: UInt64 = 0
        for _ in 0..<count {
            let step = try reader.varint(bytes)
            guard step <= UInt64(UInt32.max), next + step <= UInt64(UInt32.max) else {
                throw .invalid("roster")
            }
            numbers.append(UInt32(next + step))
            next += step + 1
        }
    }

    func encode(into writer: inout ByteWriter) {
        writer.varint(counter)
        writer.varint(UInt64(numbers.count))
        var next: UInt64 = 0
        for number in numbers {
            writer.varint(UInt64(number) - next)
            next = UInt64(number) + 1
        }
    }
}

extension CatalogRecord {
    /// Counters rise within a message, so only the step is sent.
    init(
        reading reader: inout ByteReader, after last: UInt64, _ bytes: borrowing RawSpan
    ) throws(WireError) {
        number = try reader.u32(bytes)
        let step = try reader.varint(bytes)
        guard step > 0, step <= OfferLimits.counter else { throw .invalid("counter") }
        counter = last + step
        let tag = try reader.u8(bytes)
        if tag == 0 {
            content = .gone
        } else {
            guard let state = EntryState(rawValue: tag) else { throw .invalid("state") }
            content = .live(state, try ServiceOffer(reading: &reader, bytes))
        }
    }

    func encode(after last: UInt64, into writer: inout ByteWriter) {
        writer.u32(number)
        writer.varint(counter - last)
        switch content {
        case .gone: writer.u8(0)
        case .live(let state, let offer):
            writer.u8(state.rawValue)
            offer.encode(into: &writer)
        }
    }
}
