/// A small independent reader of pcapng (draft-ietf-opsawg-pcapng): what a capture is held against.
struct PcapngFile {
    struct Packet: Equatable {
        var interface: Int
        var nanoseconds: Int64
        var bytes: [UInt8]
        var originalCount: Int
        var isInbound: Bool?
        var comment: String?
    }
    struct Interface: Equatable {
        var linkType: Int
        var snapBytes: Int
        var name: String?
        var resolution: UInt8?
    }
    struct Malformed: Error {
        var reason: String
    }

    private(set) var application: String?
    private(set) var interfaces: [Interface] = []
    private(set) var packets: [Packet] = []
    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) throws {
        self.bytes = bytes
        var offset = 0
        while offset < bytes.count {
            guard bytes.count - offset >= 12 else { throw Malformed(reason: "half a block") }
            let kind = number(offset, 4)
            let length = number(offset + 4, 4)
            guard length % 4 == 0, length >= 12, offset + length <= bytes.count,
                number(offset + length - 4, 4) == length
            else { throw Malformed(reason: "the length of the block at \(offset)") }
            guard offset > 0 || kind == 0x0a0d_0d0a else {
                throw Malformed(reason: "no section header")
            }
            try readBlock(kind, offset + 8, end: offset + length - 4)
            offset += length
        }
    }

    private mutating func readBlock(_ kind: Int, _ body: Int, end: Int) throws {
        switch kind {
        case 0x0a0d_0d0a:
            guard number(body, 4) == 0x1a2b_3c4d, number(body + 4, 2) == 1 else {
                throw Malformed(reason: "byte order or version")
            }
            application = text(try options(body + 16, end: end)[4])
        case 1:
            let options = try options(body + 8, end: end)
            interfaces.append(
                Interface(
                    linkType: number(body, 2), snapBytes: number(body + 4, 4),
                    name: text(options[2]), resolution: options[9]?.first))
        case 6:
            let kept = number(body + 12, 4)
            let options = try options(body + 20 + (kept + 3) / 4 * 4, end: end)
            packets.append(
                Packet(
                    interface: number(body, 4),
                    nanoseconds: Int64(number(body + 4, 4)) << 32 | Int64(number(body + 8, 4)),
                    bytes: Array(bytes[(body + 20)..<(body + 20 + kept)]),
                    originalCount: number(body + 16, 4),
                    isInbound: options[2].map { $0[0] & 3 == 1 }, comment: text(options[1])))
        default:
            throw Malformed(reason: "a block of kind \(kind)")
        }
    }

    /// Options by code, up to the one that ends them, which must be the last.
    private func options(_ start: Int, end: Int) throws -> [Int: [UInt8]] {
        var found: [Int: [UInt8]] = [:]
        var offset = start
        while offset + 4 <= end {
            let code = number(offset, 2)
            let length = number(offset + 2, 2)
            let next = offset + 4 + (length + 3) / 4 * 4
            guard next <= end else { throw Malformed(reason: "an option beyond its block") }
            if code == 0 {
                guard length == 0, next == end else { throw Malformed(reason: "end of options") }
                return found
            }
            found[code] = Array(bytes[(offset + 4)..<(offset + 4 + length)])
            offset = next
        }
        throw Malformed(reason: "options without an end")
    }

    private func number(_ offset: Int, _ count: Int) -> Int {
        bytes[offset..<(offset + count)].reversed().reduce(0) { $0 << 8 | Int($1) }
    }

    private func text(_ bytes: [UInt8]?) -> String? {
        bytes.map { String(decoding: $0, as: UTF8.self) }
    }
}
