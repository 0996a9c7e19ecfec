public import CommyBase

/// The position of a host in `Topology.hosts`.
public struct HostIndex: Sendable, Hashable, Comparable {
    public var value: UInt32

    public init(_ value: Int) { self.value = UInt32(value) }

    public static func < (left: HostIndex, right: HostIndex) -> Bool { left.value < right.value }
}

/// An ordered pair of hosts: packets from `source` to `destination`.
public struct HostPair: Sendable, Hashable {
    public var source: HostIndex
    public var destination: HostIndex

    public init(source: HostIndex, destination: HostIndex) {
        self.source = source
        self.destination = destination
    }
}

/// The position of a directed link in the order of materialisation. It names a link within one run
/// only; what is stable between runs is the link's name.
public struct LinkIndex: Sendable, Hashable, Comparable {
    public var value: UInt32

    public init(_ value: Int) { self.value = UInt32(value) }
    private init(raw: UInt32) { value = raw }

    /// No link at all: what a packet without a route was dropped on.
    public static let none = LinkIndex(raw: .max)

    public static func < (left: LinkIndex, right: LinkIndex) -> Bool { left.value < right.value }
}

/// What the fabric has to know of a packet. The bytes stay with the caller.
public struct PacketFacts: Sendable, Equatable {
    /// The caller's name of the buffer; the model never looks behind it.
    public var handle: UInt32
    /// Layer-3 bytes, up to `FabricLimits.packetBytes`.
    public var byteCount: Int
    /// How many wire packets it stands for: more than 1 for a super-packet (TSO).
    public var segmentCount: Int
    /// True for a TCP segment that is not itself a reset.
    public var canBeReset: Bool
    public var isIPv6: Bool
    /// A stable key of its flow (addresses, ports, protocol), made by the caller.
    public var flow: UInt64
    public var source: HostIndex
    public var destination: HostIndex

    public init(
        handle: UInt32, byteCount: Int, flow: UInt64, source: HostIndex, destination: HostIndex,
        segmentCount: Int = 1, canBeReset: Bool = false, isIPv6: Bool = false
    ) {
        self.handle = handle
        self.byteCount = byteCount
        self.segmentCount = segmentCount
        self.canBeReset = canBeReset
        self.isIPv6 = isIPv6
        self.flow = flow
        self.source = source
        self.destination = destination
    }
}

/// What the caller of the fabric must do now.
public enum FabricOutput: Sendable, Equatable {
    case deliver(Delivery)
    case drop(Drop)
    /// Raise the reference count of this buffer by one: each copy ends in one `deliver` or `drop`.
    case duplicated(handle: UInt32)
    /// Nothing more until this instant (or the next input); `.never` when nothing is pending.
    case wait(until: MeshInstant)
}

/// A packet that reached its destination.
public struct Delivery: Sendable, Equatable {
    public var handle: UInt32
    public var destination: HostIndex
    public var lastLink: LinkIndex
    public var entered: MeshInstant
    /// The instant at which it was to arrive; the caller's lateness is measured against it.
    public var due: MeshInstant
    /// Waiting and serialisation, over all links. Whole nanoseconds instead of a `Duration`, which
    /// has 128 bits: this value is made for each packet.
    public var queueingNanoseconds: Int64
    /// Latency, jitter and hold-back, over all links.
    public var propagationNanoseconds: Int64
    /// The bit to flip, counted from the packet's first byte, most significant bit first.
    public var corruptedBit: Int?
    public var flags: PacketFlags
}

/// What happened to a delivered packet on its way.
public struct PacketFlags: OptionSet, Sendable, Equatable {
    public var rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// It is the copy, not the original.
    public static let duplicate = PacketFlags(rawValue: 1)
    /// It was held back so that later ones overtake it.
    public static let reordered = PacketFlags(rawValue: 2)
    /// It waited behind another packet in at least one queue.
    public static let queued = PacketFlags(rawValue: 4)
    /// It is a TCP segment that a link may answer with a reset.
    public static let resettable = PacketFlags(rawValue: 8)
    /// It is IPv6.
    public static let ipv6 = PacketFlags(rawValue: 16)
}

/// A packet that will not arrive.
public struct Drop: Sendable, Equatable {
    public var handle: UInt32
    /// The link that dropped it; for `partitioned` the one it was on or would have entered.
    public var link: LinkIndex
    public var reason: DropReason
}

/// Why a packet was dropped. The numbers are positions in counters; the texts are stable.
public enum DropReason: UInt8, Sendable, Equatable, CaseIterable {
    case loss, burstLoss, queueFull, codel, pie, tooBig, cut, partitioned, noRoute, reset

    /// The word that reports and captures use.
    public var text: String {
        switch self {
        case .loss: "loss"
        case .burstLoss: "burst-loss"
        case .queueFull: "queue-full"
        case .codel: "codel"
        case .pie: "pie"
        case .tooBig: "too-big"
        case .cut: "cut"
        case .partitioned: "partitioned"
        case .noRoute: "no-route"
        case .reset: "reset"
        }
    }
}
