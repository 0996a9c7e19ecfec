internal import CommyBase
internal import CommyWire

extension WatchScope {
    init(decoding bytes: borrowing RawSpan, at offset: Int) throws(WireError) {
        var reader = ByteReader(at: offset)
        switch try reader.u8(bytes) {
        case 1: self = .all
        case 2: self = .service(try reader.serviceName(bytes))
        case 3: self = .dependencies(of: try reader.serviceName(bytes))
        // Every other number is no scope.
        default: throw .invalid("scope")
        }
        try reader.expectEnd(bytes)
    }

    func encode(into writer: inout ByteWriter) {
        switch self {
        case .all: writer.u8(1)
        case .service(let name):
            writer.u8(2)
            writer.text(name.text)
        case .dependencies(let name):
            writer.u8(3)
            writer.text(name.text)
        }
    }
}

extension WatchEvent {
    init(reading reader: inout ByteReader, _ bytes: borrowing RawSpan) throws(WireError) {
        switch try reader.u8(bytes) {
        case 1: self = .snapshot(resynchronised: try reader.flag(bytes))
        case 2: self = .present(try CatalogInstance(reading: &reader, bytes))
        case 3: self = .absent(try reader.instance(bytes))
        case 4: self = .synchronised
        case 5: self = .stale(try reader.flag(bytes))
        case 6: self = .dependencies(try DependencyReport(reading: &reader, bytes))
        // Every other number is no event.
        default: throw .invalid("event")
        }
    }

    func encode(into writer: inout ByteWriter) {
        switch self {
        case .snapshot(let resynchronised):
            writer.u8(1)
            writer.u8(resynchronised ? 1 : 0)
        case .present(let instance):
            writer.u8(2)
            instance.encode(into: &writer)
        case .absent(let id):
            writer.u8(3)
            writer.instance(id)
        case .synchronised: writer.u8(4)
        case .stale(let isStale):
            writer.u8(5)
            writer.u8(isStale ? 1 : 0)
        case .dependencies(let report):
            writer.u8(6)
            report.encode(into: &writer)
        }
    }
}

extension CatalogInstance {
    fileprivate init(
        reading reader: inout ByteReader, _ bytes: borrowing RawSpan
    ) throws(WireError) {
        let id = try reader.instance(bytes)
        guard let state = EntryState(rawValue: try reader.u8(bytes)),
            let availability = Availability(rawValue: try reader.u8(bytes))
        else { throw .invalid("state") }
        let counter = try reader.varint(bytes)
        let offer = try ServiceOffer(reading: &reader, bytes)
        self.init(
            entry: CatalogEntry(instance: id, state: state, offer: offer, counter: counter),
            availability: availability)
    }

    fileprivate func encode(into writer: inout ByteWriter) {
        writer.instance(id)
        writer.u8(entry.state.rawValue)
        writer.u8(availability.rawValue)
        writer.varint(entry.counter)
        entry.offer.encode(into: &writer)
    }
}

extension DependencyReport {
    /// Services that one report names: they fit into a frame.
    fileprivate static let nameLimit = 480

    fileprivate init(
        reading reader: inout ByteReader, _ bytes: borrowing RawSpan
    ) throws(WireError) {
        let service = try reader.serviceName(bytes)
        let unmet = try Self.names(&reader, bytes)
        let below = try Self.names(&reader, bytes)
        self.init(
            service: service, unmet: unmet, unmetBelow: below,
            isTruncated: try reader.flag(bytes))
    }

    private static func names(
        _ reader: inout ByteReader, _ bytes: borrowing RawSpan
    ) throws(WireError) -> [ServiceName] {
        let count = try reader.count(limit: nameLimit, "dependencies", bytes)
        var names: [ServiceName] = []
        for _ in 0..<count { names.append(try reader.serviceName(bytes)) }
        return names
    }

    fileprivate func encode(into writer: inout ByteWriter) {
        writer.text(service.text)
        for list in [unmet, unmetBelow] {
            let some = list.prefix(Self.nameLimit)
            writer.varint(UInt64(some.count))
            for name in some { writer.text(name.text) }
        }
        let isCut = unmet.count > Self.nameLimit || unmetBelow.count > Self.nameLimit
        writer.u8(isTruncated || isCut ? 1 : 0)
    }
}

extension ByteReader {
    fileprivate mutating func flag(_ bytes: borrowing RawSpan) throws(WireError) -> Bool {
        let value = try u8(bytes)
        guard value <= 1 else { throw .invalid("flag") }
        return value == 1
    }
}
