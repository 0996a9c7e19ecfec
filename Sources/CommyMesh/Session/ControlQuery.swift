public import CommyBase
public import CommyWire

/// A question to a node, answered by rows: one JSON object each, keys in a fixed order.
public enum ControlQuery: Sendable, Equatable {
    /// The node itself: name, mesh, zone, addresses, counts, hashes of its views.
    case node
    case services
    case links
    case members
    /// Sessions and links with what passes through them now.
    case top
    /// Where a call of this service with these conditions (`RequirementKeys`) would go, and why
    /// each instance was or was not chosen.
    case explainRoute(ServiceName, requiring: Metadata = .empty)
    /// Where the rotation of trust anchors stands, and what each node has.
    case trust
    /// What the service needs and cannot have.
    case dependencies(of: ServiceName)

    public init(decoding bytes: borrowing RawSpan) throws(WireError) {
        var reader = ByteReader()
        switch try reader.u8(bytes) {
        case 1: self = .node
        case 2: self = .services
        case 3: self = .links
        case 4: self = .members
        case 5: self = .top
        case 6:
            let service = try reader.serviceName(bytes)
            // Conditions are left out when there are none, so equal questions have equal bytes.
            guard !reader.isAtEnd(bytes) else {
                self = .explainRoute(service)
                break
            }
            let conditions = try Metadata(reading: &reader, bytes)
            guard conditions != .empty else { throw .invalid("conditions") }
            self = .explainRoute(service, requiring: conditions)
        case 7: self = .trust
        case 8: self = .dependencies(of: try reader.serviceName(bytes))
        // Every other number is no question.
        default: throw .invalid("query")
        }
        try reader.expectEnd(bytes)
    }

    public func encode(into writer: inout ByteWriter) {
        switch self {
        case .node: writer.u8(1)
        case .services: writer.u8(2)
        case .links: writer.u8(3)
        case .members: writer.u8(4)
        case .top: writer.u8(5)
        case .explainRoute(let service, let conditions):
            writer.u8(6)
            writer.text(service.text)
            if conditions != .empty { conditions.encode(into: &writer) }
        case .trust: writer.u8(7)
        case .dependencies(let service):
            writer.u8(8)
            writer.text(service.text)
        }
    }
}

/// An order of an administrator to a node.
public enum ControlOrder: Sendable, Equatable {
    /// Take nothing new, let calls end for at most this long, leave the mesh and stop.
    case stop(within: Duration)
    /// Look for other members there too.
    case join([NetworkAddress])
    /// Begin a rotation to this trust anchor, in place of one that is in progress or not.
    case beginRotation(TrustAnchor, replacing: Bool)
    /// Go to the next step, with or without members that are dead.
    case proceedRotation(TrustRotation.Absent)

    /// The longest time that a stop may be given.
    public static let longestStop: Duration = .seconds(3_600)

    public init(decoding bytes: borrowing RawSpan) throws(WireError) {
        var reader = ByteReader()
        switch try reader.u8(bytes) {
        case 1:
            let nanoseconds = try reader.u64(bytes)
            guard nanoseconds <= UInt64(Self.longestStop.nanoseconds) else {
                throw .tooLarge("stop")
            }
            self = .stop(within: .nanoseconds(Int64(nanoseconds)))
        case 2:
            let count = try reader.count(limit: SeedList.seedLimit, "addresses", bytes)
            var addresses: [NetworkAddress] = []
            for _ in 0..<count { addresses.append(try reader.address(bytes)) }
            self = .join(addresses)
        case 3:
            let isReplacing = try reader.u8(bytes)
            guard isReplacing <= 1 else { throw .invalid("replacing") }
            let anchor = try TrustAnchor(reading: &reader, bytes)
            self = .beginRotation(anchor, replacing: isReplacing == 1)
        case 4:
            switch try reader.u8(bytes) {
            case 0: self = .proceedRotation(.block)
            case 1: self = .proceedRotation(.leaveBehind)
            // Every other number is no choice.
            default: throw .invalid("absent")
            }
        // Every other number is no order.
        default: throw .invalid("order")
        }
        try reader.expectEnd(bytes)
    }

    public func encode(into writer: inout ByteWriter) {
        switch self {
        case .stop(let span):
            writer.u8(1)
            writer.u64(UInt64(max(0, min(span, Self.longestStop).nanoseconds)))
        case .join(let addresses):
            writer.u8(2)
            let some = addresses.prefix(SeedList.seedLimit)
            writer.varint(UInt64(some.count))
            for address in some { writer.address(address) }
        case .beginRotation(let anchor, let isReplacing):
            writer.u8(3)
            writer.u8(isReplacing ? 1 : 0)
            anchor.encode(into: &writer)
        case .proceedRotation(let absent):
            writer.u8(4)
            switch absent {
            case .block: writer.u8(0)
            case .leaveBehind: writer.u8(1)
            }
        }
    }
}

extension TrustAnchor {
    fileprivate init(
        reading reader: inout ByteReader, _ bytes: borrowing RawSpan
    ) throws(WireError) {
        let digest = try reader.array(Fingerprint.byteCount, bytes)
        let notAfter = Int64(bitPattern: try reader.u64(bytes))
        let count = try reader.count(limit: Self.byteLimit, "certificate", bytes)
        let certificate = try reader.array(count, bytes)
        guard let fingerprint = Fingerprint(digest),
            let anchor = TrustAnchor(
                fingerprint: fingerprint, notAfter: notAfter, certificate: certificate)
        else { throw .invalid("anchor") }
        self = anchor
    }

    fileprivate func encode(into writer: inout ByteWriter) {
        writer.raw(fingerprint.bytes)
        writer.u64(UInt64(bitPattern: notAfter))
        writer.varint(UInt64(certificate.count))
        writer.raw(certificate)
    }
}

extension ByteReader {
    mutating func serviceName(
        _ bytes: borrowing RawSpan
    ) throws(WireError) -> ServiceName {
        let text = try text(limit: NameRule.byteLimit, "service", bytes)
        guard let name = ServiceName(text) else { throw .invalid("service") }
        return name
    }

    mutating func instance(_ bytes: borrowing RawSpan) throws(WireError) -> InstanceID {
        let node = NodeID(value: try u64(bytes))
        return InstanceID(node: node, number: try u32(bytes))
    }
}

extension ByteWriter {
    mutating func instance(_ id: InstanceID) {
        u64(id.node.value)
        u32(id.number)
    }
}
