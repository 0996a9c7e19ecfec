internal import CommyBase

/// Gives every packet the key of its flow: one direction of one conversation, named so that it is
/// the same in every run.
///
/// Ephemeral ports and arrival order across conversations differ from run to run, so the name is:
/// source host, destination host, protocol, the server's port, and a count of conversations with
/// that same name so far. The client is the one that sends SYN, or without one the side that is
/// seen first.
///
/// Holds at most `flowLimit` directions; beyond it the oldest is forgotten, and a later packet of
/// it begins a new conversation (its random decisions start over, nothing else changes).
public struct ConversationTable: Sendable {
    /// One direction of a conversation as its packets state it.
    private struct Tuple: Hashable, Sendable {
        var source: UInt32
        var destination: UInt32
        var sourcePort: UInt16
        var destinationPort: UInt16
        var transport: UInt8
        var version: UInt8

        var reversed: Tuple {
            Tuple(
                source: destination, destination: source, sourcePort: destinationPort,
                destinationPort: sourcePort, transport: transport, version: version)
        }
    }

    /// What conversations have in common that are told apart by their count.
    private struct Service: Hashable, Sendable {
        var client: UInt32
        var server: UInt32
        var port: UInt16
        var transport: UInt8
        var version: UInt8
    }

    /// What is known of one direction.
    private struct Entry: Sendable {
        var key: UInt64
        /// The sequence number of the SYN that began it; nil without one.
        var initialSequence: UInt32?
    }

    /// How many directions are remembered: two for each of 65,536 conversations, about 10 MiB.
    public static let flowLimit = 131_072

    private var entries: [Tuple: Entry] = [:]
    private var counts: [Service: UInt64] = [:]
    /// Directions in the order in which they began, a ring once it is full. One whose tuple was
    /// used again stands there twice, so that what is forgotten does not depend on which ports a
    /// kernel happened to choose.
    private var order: [(tuple: Tuple, key: UInt64)] = []
    private var oldest = 0
    private let limit: Int

    public init(limit: Int = ConversationTable.flowLimit) {
        precondition(limit >= 2)
        self.limit = limit
    }

    /// Directions that are known at this moment; at most the limit.
    var rememberedCount: Int { entries.count }

    /// The key of the packet's flow between two hosts, given by number.
    public mutating func key(
        of header: PacketHeader, from source: UInt32, to destination: UInt32
    ) -> UInt64 {
        let tuple = Tuple(
            source: source, destination: destination, sourcePort: header.sourcePort,
            destinationPort: header.destinationPort, transport: header.transport,
            version: header.version)
        if let known = entries[tuple] {
            // A SYN with the sequence number of the last one is that one, sent again.
            guard header.opensConnection, known.initialSequence != header.tcpSequence else {
                return known.key
            }
        }
        return begin(tuple, sequence: header.opensConnection ? header.tcpSequence : nil)
    }

    /// A new conversation, begun by the tuple's source.
    private mutating func begin(_ tuple: Tuple, sequence: UInt32?) -> UInt64 {
        // The identifier of an echo is as arbitrary as an ephemeral port.
        let isEcho = tuple.transport == 1 || tuple.transport == 58
        let service = Service(
            client: tuple.source, server: tuple.destination,
            port: isEcho ? 0 : tuple.destinationPort, transport: tuple.transport,
            version: tuple.version)
        // A port scan makes a service of every port; starting all counts over costs nothing but
        // the independence of later conversations from earlier ones with the same name.
        if counts.count >= limit { counts.removeAll(keepingCapacity: true) }
        let count = counts[service] ?? 0
        counts[service] = count + 1
        let conversation = RandomKey(seed: UInt64(service.client) << 32 | UInt64(service.server))
            .numbered(
                UInt64(service.port) << 16 | UInt64(service.transport) << 8
                    | UInt64(service.version)
            )
            .numbered(count)
        let key = conversation.numbered(0).value
        remember(tuple, Entry(key: key, initialSequence: sequence))
        remember(
            tuple.reversed, Entry(key: conversation.numbered(1).value, initialSequence: nil))
        return key
    }

    private mutating func remember(_ tuple: Tuple, _ entry: Entry) {
        entries[tuple] = entry
        if order.count < limit {
            order.append((tuple, entry.key))
            return
        }
        let forgotten = order[oldest]
        if entries[forgotten.tuple]?.key == forgotten.key { entries[forgotten.tuple] = nil }
        order[oldest] = (tuple, entry.key)
        oldest = (oldest + 1) % limit
        assert(entries.count <= limit)
    }
}
