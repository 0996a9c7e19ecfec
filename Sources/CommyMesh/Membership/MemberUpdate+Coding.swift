internal import CommyBase
internal import CommyWire

extension MemberRecord {
    init(
        reading reader: inout ByteReader, _ bytes: borrowing RawSpan
    ) throws(WireError) {
        let text = try reader.text(limit: NameRule.byteLimit, "member name", bytes)
        guard let name = NodeName(text) else { throw .invalid("member name") }
        let path = try reader.text(limit: Zone.byteLimit, "zone", bytes)
        guard let zone = Zone(path) else { throw .invalid("zone") }
        let count = try reader.count(limit: Self.addressLimit, "addresses", bytes)
        var addresses: [NetworkAddress] = []
        for _ in 0..<count { addresses.append(try reader.address(bytes)) }
        let incarnation = try reader.varint(bytes)
        guard incarnation <= MemberUpdate.incarnationLimit else { throw .invalid("incarnation") }
        self.init(
            name: name, zone: zone, addresses: addresses, incarnation: incarnation,
            life: try reader.u64(bytes))
    }

    func encode(into writer: inout ByteWriter) {
        precondition(addresses.count <= Self.addressLimit)
        precondition(incarnation <= MemberUpdate.incarnationLimit)
        writer.text(name.text)
        writer.text(zone.description)
        writer.varint(UInt64(addresses.count))
        for address in addresses { writer.address(address) }
        writer.varint(incarnation)
        writer.u64(life)
    }
}

extension MemberUpdate {
    init(
        reading reader: inout ByteReader, _ bytes: borrowing RawSpan
    ) throws(WireError) {
        guard let state = MemberState(rawValue: try reader.u8(bytes)) else {
            throw .invalid("member state")
        }
        let record = try MemberRecord(reading: &reader, bytes)
        var suspectors: [NodeID] = []
        switch state {
        case .suspect:
            suspectors = try NodeID.ascending(
                limit: Self.suspectorLimit, "suspectors", reading: &reader, bytes)
            guard !suspectors.isEmpty else { throw .invalid("suspectors") }
        case .alive, .dead, .left: break
        }
        self.init(record: record, state: state, suspectors: suspectors)
    }

    func encode(into writer: inout ByteWriter) {
        writer.u8(state.rawValue)
        record.encode(into: &writer)
        switch state {
        case .suspect:
            precondition(!suspectors.isEmpty && suspectors.count <= Self.suspectorLimit)
            NodeID.encode(suspectors, into: &writer)
        case .alive, .dead, .left:
            precondition(suspectors.isEmpty, "only a suspect member has suspectors")
        }
    }
}

extension NodeID {
    /// Reads a list of numbers that ascend, so that one set has one form.
    static func ascending(
        limit: Int, _ name: StaticStringName, reading reader: inout ByteReader,
        _ bytes: borrowing RawSpan
    ) throws(WireError) -> [NodeID] {
        let count = try reader.count(limit: limit, name, bytes)
        var list: [NodeID] = []
        for _ in 0..<count {
            let id = NodeID(value: try reader.u64(bytes))
            if let last = list.last, last >= id { throw .invalid(name) }
            list.append(id)
        }
        return list
    }

    static func encode(_ list: [NodeID], into writer: inout ByteWriter) {
        writer.varint(UInt64(list.count))
        for id in list { writer.u64(id.value) }
    }
}
