import CommyBase

/// The random streams of one directed link, one for each purpose.
///
/// A decision is a pure function of (seed, link name with direction, purpose, flow, ordinal of the
/// packet in its flow on the link). So neither another flow, nor another link, nor a fault of
/// another kind shifts it, and the order of arrival across flows does not matter.
struct LinkKeys: Sendable, Equatable {
    let loss, chain, corrupt, corruptBit, duplicate, reorder, jitter, copyJitter, pie: RandomKey

    init(seed: UInt64, linkName: String) {
        let link = RandomKey(seed: seed).labelled("link").labelled(linkName)
        loss = link.labelled("loss")
        chain = link.labelled("gilbert-elliott")
        corrupt = link.labelled("corrupt")
        corruptBit = link.labelled("corrupt-bit")
        duplicate = link.labelled("duplicate")
        reorder = link.labelled("reorder")
        jitter = link.labelled("jitter")
        copyJitter = link.labelled("copy-jitter")
        pie = link.labelled("pie")
    }
}

extension RandomKey {
    /// The number in [0, 1) of one packet.
    func unit(of packet: borrowing PacketRecord) -> Double {
        numbered(packet.flow).unitDraw(ordinal: packet.ordinal)
    }
}
