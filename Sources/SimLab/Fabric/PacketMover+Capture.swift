internal import CommyBase
internal import SimModel

/// What a capture says about each packet.
extension PacketMover {
    /// A packet has arrived: into the file of its last link, or of its destination.
    mutating func captureDelivery(_ delivery: Delivery) {
        let packet = unsafe packetBytes(of: delivery.handle)
        let comment = Self.comment(on: delivery)
        switch capture.mode {
        case .off: break
        case .links:
            unsafe capture.add(
                packet, subject: Int(delivery.lastLink.value),
                name: model.name(of: delivery.lastLink), at: now, inbound: true, comment: comment)
        case .hosts:
            unsafe captureHost(
                Int(delivery.destination.value), packet, inbound: true, comment: comment)
        }
    }

    /// A packet will not arrive: into the file of the link that dropped it, or of its sender.
    mutating func captureDrop(_ drop: Drop) {
        let packet = unsafe packetBytes(of: drop.handle)
        let link = drop.link == .none ? "no link" : model.name(of: drop.link)
        let comment = "dropped by \(link): \(drop.reason.text)"
        switch capture.mode {
        case .off: break
        case .links:
            unsafe capture.add(
                packet, subject: drop.link == .none ? -1 : Int(drop.link.value), name: link,
                at: now, inbound: false, comment: comment)
        case .hosts:
            let span = unsafe Span<UInt8>(_unsafeBytes: packet)
            guard let header = PacketHeader(span), let sender = host(at: header.source) else {
                return
            }
            unsafe captureHost(sender, packet, inbound: false, comment: comment)
        }
    }

    mutating func captureHost(
        _ host: Int, _ packet: UnsafeRawBufferPointer, inbound: Bool, comment: String?
    ) {
        unsafe capture.add(
            packet, subject: host, name: hostNames[host], at: now, inbound: inbound,
            comment: comment)
    }

    /// Why the packet is not as it was sent, or not at once; nil when nothing happened to it.
    static func comment(on delivery: Delivery) -> String? {
        var parts: [String] = []
        if delivery.propagationNanoseconds > 0 {
            let span = Duration.nanoseconds(delivery.propagationNanoseconds)
            parts.append("delayed \(span.shortText)")
        }
        if delivery.queueingNanoseconds > 0 {
            let span = Duration.nanoseconds(delivery.queueingNanoseconds)
            parts.append("queued and sent in \(span.shortText)")
        }
        if delivery.flags.contains(.reordered) { parts.append("held back for reordering") }
        if delivery.flags.contains(.duplicate) { parts.append("a duplicate") }
        if let bit = delivery.corruptedBit { parts.append("corrupted: bit \(bit) flipped") }
        return parts.isEmpty ? nil : parts.joined(separator: "; ")
    }
}
