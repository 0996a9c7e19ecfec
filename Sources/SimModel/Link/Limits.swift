/// The bounds of the link model's tables.
public enum FabricLimits {
    /// Flows that one directed link remembers (ordinal and burst state). A test machine runs far
    /// fewer connections at once; 65,536 is as many as one host's port range. Full: the flow whose
    /// last packet on the link is the longest ago is forgotten, and starts anew if it comes back.
    /// Must be below `UInt32.max`, because slots are numbered with 32 bits.
    public static let flowsPerLink = 65_536
    /// Packets that the whole fabric holds at once, queued or under way. About 100 MB of records;
    /// ten seconds at the fastest rate a core reaches. Full: a new packet is dropped as
    /// `queueFull`. Must be below `UInt32.max`, because slots are numbered with 32 bits.
    public static let packetsInFabric = 1 << 20
    /// Bytes of one packet: what IPv4 and a TUN super-packet can be. The caller's bug beyond it.
    public static let packetBytes = 65_575
}
