public import CommyBase

/// HELLO: the first frame on a link or session, from the side that dialled.
public struct HelloFrame: FramePayload {
    public static let kind = FrameKind.hello
    /// The versions that it speaks, all between these two.
    public var versions: ClosedRange<UInt16>
    public var facts: HelloFacts

    public init(versions: ClosedRange<UInt16> = ProtocolVersion.supported, facts: HelloFacts) {
        self.versions = versions
        self.facts = facts
    }

    public init(decoding payload: borrowing RawSpan) throws(WireError) {
        var reader = ByteReader()
        guard try reader.u32(payload) == ProtocolVersion.magic else { throw .invalid("magic") }
        let least = try reader.u16(payload)
        let most = try reader.u16(payload)
        guard least >= 1, least <= most else { throw .invalid("versions") }
        versions = least...most
        facts = try HelloFacts(reading: &reader, payload)
        try reader.expectEnd(payload)
    }

    public func encode(into writer: inout ByteWriter) {
        writer.u32(ProtocolVersion.magic)
        writer.u16(versions.lowerBound)
        writer.u16(versions.upperBound)
        facts.encode(into: &writer)
    }
}

/// HELLO_OK: the answer to HELLO, which opens the link for everything else.
public struct HelloOKFrame: FramePayload {
    public static let kind = FrameKind.helloOK
    /// The version that both sides speak from here on: the highest that they share.
    public var version: UInt16
    public var facts: HelloFacts

    public init(version: UInt16, facts: HelloFacts) {
        self.version = version
        self.facts = facts
    }

    public init(decoding payload: borrowing RawSpan) throws(WireError) {
        var reader = ByteReader()
        guard try reader.u32(payload) == ProtocolVersion.magic else { throw .invalid("magic") }
        version = try reader.u16(payload)
        guard version >= 1 else { throw .invalid("version") }
        guard try reader.u16(payload) == 0 else { throw .invalid("reserved") }
        facts = try HelloFacts(reading: &reader, payload)
        try reader.expectEnd(payload)
    }

    public func encode(into writer: inout ByteWriter) {
        writer.u32(ProtocolVersion.magic)
        writer.u16(version)
        writer.u16(0)
        facts.encode(into: &writer)
    }
}

/// The versions of the protocol that this code speaks.
public enum ProtocolVersion {
    public static let supported: ClosedRange<UInt16> = 1...1
    /// `CMMY`, so that a stranger on the port is recognised by its first frame.
    public static let magic: UInt32 = 0x594d_4d43

    /// The highest version in both ranges, or nil when they have none in common.
    public static func agreed(
        _ left: ClosedRange<UInt16>, _ right: ClosedRange<UInt16>
    ) -> UInt16? {
        let highest = min(left.upperBound, right.upperBound)
        return highest >= max(left.lowerBound, right.lowerBound) ? highest : nil
    }
}

/// What each side of a link says of itself when it begins.
///
/// Who it *is* comes from the certificate (link) or the kernel (session); a name here that says
/// otherwise is refused with `identityMismatch`.
public struct HelloFacts: Sendable, Equatable {
    public enum Role: UInt8, Sendable, Equatable, CaseIterable {
        /// Node to node.
        case link = 1
        /// A process at its node, or a node to its process.
        case session = 2
        /// A command-line tool at a node; may ask, serves nothing.
        case admin = 3
    }
    public var role: Role
    /// Nil only from a process, which need not know where it is.
    public var mesh: MeshName?
    /// Nil only from a process: nodes have names.
    public var node: NodeName?
    /// A zone's path, as `eu/a`; checked by those who know zones.
    public var zone: String
    public var life: UInt64
    public var incarnation: UInt64
    /// All places where it can be dialled, best first.
    public var addresses: [NetworkAddress]
    /// Bytes of DATA payload that the receiver of this frame may send: on the link, and on each new
    /// stream.
    public var linkCredit: UInt32
    public var streamCredit: UInt32
    /// How many streams the receiver of this frame may have open at once.
    public var streamLimit: UInt32
    /// Which program and version it is, for people.
    public var build: String

    public init(
        role: Role, mesh: MeshName?, node: NodeName?, zone: String = "", life: UInt64 = 0,
        incarnation: UInt64 = 0, addresses: [NetworkAddress] = [],
        linkCredit: UInt32 = WireLimits.linkCredit,
        streamCredit: UInt32 = WireLimits.streamCredit, streamLimit: UInt32 = 4_096,
        build: String = ""
    ) {
        precondition(addresses.count <= WireLimits.addresses)
        precondition(zone.utf8.count <= WireLimits.zone)
        precondition(role != .link || (mesh != nil && node != nil), "a node has a name and a mesh")
        self.role = role
        self.mesh = mesh
        self.node = node
        self.zone = zone
        self.life = life
        self.incarnation = incarnation
        self.addresses = addresses
        self.linkCredit = linkCredit
        self.streamCredit = streamCredit
        self.streamLimit = streamLimit
        self.build = build.cut(toBytes: WireLimits.build)
    }

    internal init(
        reading reader: inout ByteReader, _ bytes: borrowing RawSpan
    ) throws(WireError) {
        guard let role = Role(rawValue: try reader.u8(bytes)) else { throw .invalid("role") }
        self.role = role
        linkCredit = try Self.credit(&reader, bytes)
        streamCredit = try Self.credit(&reader, bytes)
        streamLimit = try reader.u32(bytes)
        life = try reader.u64(bytes)
        incarnation = try reader.u64(bytes)
        let meshText = try reader.text(limit: NameRule.byteLimit, "mesh", bytes)
        mesh = MeshName(meshText)
        guard meshText.isEmpty == (mesh == nil) else { throw .invalid("mesh") }
        let nodeText = try reader.text(limit: NameRule.byteLimit, "node", bytes)
        node = NodeName(nodeText)
        guard nodeText.isEmpty == (node == nil) else { throw .invalid("node") }
        guard role != .link || (mesh != nil && node != nil) else { throw .invalid("node") }
        zone = try reader.text(limit: WireLimits.zone, "zone", bytes)
        build = try reader.text(limit: WireLimits.build, "build", bytes)
        let count = try reader.count(limit: WireLimits.addresses, "addresses", bytes)
        addresses = []
        for _ in 0..<count { addresses.append(try reader.address(bytes)) }
    }

    private static func credit(
        _ reader: inout ByteReader, _ bytes: borrowing RawSpan
    ) throws(WireError) -> UInt32 {
        let credit = try reader.u32(bytes)
        guard credit <= WireLimits.creditCeiling else { throw .invalid("credit") }
        return credit
    }

    internal func encode(into writer: inout ByteWriter) {
        writer.u8(role.rawValue)
        writer.u32(linkCredit)
        writer.u32(streamCredit)
        writer.u32(streamLimit)
        writer.u64(life)
        writer.u64(incarnation)
        writer.text(mesh?.text ?? "")
        writer.text(node?.text ?? "")
        writer.text(zone)
        writer.text(build)
        writer.varint(UInt64(addresses.count))
        for address in addresses { writer.address(address) }
    }
}
