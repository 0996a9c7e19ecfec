/// A packet inside the fabric: queued, being sent, or under way.
struct PacketRecord: Sendable, Equatable {
    var flow: UInt64
    /// The ordinal of the packet in its flow on the link that it is on.
    var ordinal: UInt64 = 0
    var entered: Int64
    /// When it reached the link that it is on.
    var reachedLink: Int64
    var queueing: Int64 = 0
    var propagation: Int64 = 0
    var handle: UInt32
    var byteCount: Int32
    var segmentCount: Int32
    /// Negative: none.
    var corruptedBit: Int32 = -1
    var source: HostIndex
    var destination: HostIndex
    var link: LinkIndex = .none
    /// Where the rest of its path begins in the plan's hop list, and how many hops are left.
    var nextHop: UInt32
    var hopsLeft: UInt32
    var chainState = GilbertElliottChain.State.unset
    var flags: PacketFlags = []

    var family: AddressFamily { flags.contains(.ipv6) ? .ipv6 : .ipv4 }
}

/// The records of all packets in the fabric, in reusable slots.
struct PacketPool: Sendable, Equatable {
    private var records: [PacketRecord] = []
    private var free: [UInt32] = []

    var count: Int { records.count - free.count }

    subscript(slot: UInt32) -> PacketRecord {
        _read { yield records[Int(slot)] }
        _modify { yield &records[Int(slot)] }
    }

    /// A slot with this record; nil when the fabric is full.
    mutating func take(_ record: PacketRecord) -> UInt32? {
        if let slot = free.popLast() {
            records[Int(slot)] = record
            return slot
        }
        guard records.count < FabricLimits.packetsInFabric else { return nil }
        records.append(record)
        return UInt32(records.count - 1)
    }

    mutating func release(_ slot: UInt32) { free.append(slot) }
}
