/// Encodes a capture in the pcapng format (draft-ietf-opsawg-pcapng): one section, interfaces of
/// raw IP packets, nanosecond timestamps, and a comment where the fabric has something to say about
/// a packet.
struct PcapngWriter {
    /// LINKTYPE_RAW: an IPv4 or IPv6 packet without a link header.
    private static let linkTypeRaw: UInt16 = 101

    /// What the encoder has produced since the last `takeBytes()`.
    private var bytes: [UInt8] = []
    /// Bytes of a packet that are kept.
    let snapBytes: Int

    init(interfaces: [String], snapBytes: Int) {
        self.snapBytes = snapBytes
        appendSection()
        for name in interfaces { appendInterface(name) }
    }

    /// How much is waiting to be written.
    var pendingByteCount: Int { bytes.count }

    mutating func takeBytes() -> [UInt8] {
        let taken = bytes
        bytes = []
        return taken
    }

    /// One enhanced packet block. `epochNanoseconds` is wall-clock time, so that other captures can
    /// be merged in.
    mutating func append(
        packet: UnsafeRawBufferPointer, interface: UInt32, epochNanoseconds: Int64,
        inbound: Bool, comment: String?
    ) {
        let kept = min(packet.count, snapBytes)
        let start = beginBlock(6)
        append(interface)
        append(UInt32(truncatingIfNeeded: epochNanoseconds >> 32))
        append(UInt32(truncatingIfNeeded: epochNanoseconds))
        append(UInt32(kept))
        append(UInt32(packet.count))
        unsafe bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: packet[..<kept]))
        pad()
        // epb_flags: direction.
        appendOption(2, inbound ? [1, 0, 0, 0] : [2, 0, 0, 0])
        if let comment { appendOption(1, Array(comment.utf8)) }
        appendOption(0, [])
        endBlock(start)
    }

    private mutating func appendSection() {
        let start = beginBlock(0x0a0d_0d0a)
        append(UInt32(0x1a2b_3c4d))
        append(UInt16(1))
        append(UInt16(0))
        append(UInt64.max)
        appendOption(4, Array("commy sim".utf8))
        appendOption(0, [])
        endBlock(start)
    }

    private mutating func appendInterface(_ name: String) {
        let start = beginBlock(1)
        append(Self.linkTypeRaw)
        append(UInt16(0))
        append(UInt32(snapBytes))
        appendOption(2, Array(name.utf8))
        // if_tsresol: 10^-9.
        appendOption(9, [9])
        appendOption(0, [])
        endBlock(start)
    }

    /// Opens a block and returns where it begins; its length is filled in by `endBlock`.
    private mutating func beginBlock(_ kind: UInt32) -> Int {
        let start = bytes.count
        append(kind)
        append(UInt32(0))
        return start
    }

    private mutating func endBlock(_ start: Int) {
        let length = UInt32(bytes.count - start + 4)
        append(length)
        for byte in 0..<4 {
            bytes[start + 4 + byte] = UInt8(truncatingIfNeeded: length >> (8 * UInt32(byte)))
        }
    }

    private mutating func appendOption(_ code: UInt16, _ value: [UInt8]) {
        append(code)
        append(UInt16(value.count))
        bytes += value
        pad()
    }

    private mutating func pad() {
        while bytes.count % 4 != 0 { bytes.append(0) }
    }

    /// Little-endian, as the section's magic number tells the reader.
    private mutating func append<Value: FixedWidthInteger>(_ value: Value) {
        var rest = value
        for _ in 0..<(Value.bitWidth / 8) {
            bytes.append(UInt8(truncatingIfNeeded: rest))
            rest >>= 8
        }
    }
}
