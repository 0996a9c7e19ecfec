/// Writes a tape as MessagePack, every number and length in its shortest form.
internal struct MessagePackWriter {
    private let tape: Tape

    init(_ tape: Tape) { self.tape = tape }

    func write(into writer: inout ByteWriter) { write(0, &writer) }

    private func write(_ index: Int, _ writer: inout ByteWriter) {
        let node = tape.nodes[index]
        switch node.kind {
        // The last three never come out of `Codable` for a format with names.
        case .null, .pending, .absent, .foreign: writer.u8(0xc0)
        case .bool: writer.u8(node.value == 0 ? 0xc2 : 0xc3)
        case .unsigned: unsigned(node.value, &writer)
        case .negative: negative(node.value, &writer)
        case .float:
            writer.u8(0xca)
            writer.big(node.value, width: 4)
        case .double:
            writer.u8(0xcb)
            writer.big(node.value, width: 8)
        case .text:
            text(node.count, &writer)
            tape.withContent(node) { writer.raw($0) }
        case .bytes:
            length(node.count, Codes(small: nil, one: 0xc4, two: 0xc5, four: 0xc6), &writer)
            tape.withContent(node) { writer.raw($0) }
        case .list:
            let codes = Codes(small: (0x90, below: 16), one: nil, two: 0xdc, four: 0xdd)
            length(node.count, codes, &writer)
            for child in tape.children(of: index) { write(child, &writer) }
        case .map:
            let codes = Codes(small: (0x80, below: 16), one: nil, two: 0xde, four: 0xdf)
            length(node.count, codes, &writer)
            for child in tape.writtenChildren(of: index) {
                let node = tape.nodes[child]
                text(node.keyCount, &writer)
                tape.withKey(node) { writer.raw($0) }
                write(child, &writer)
            }
        }
    }

    private func unsigned(_ value: UInt64, _ writer: inout ByteWriter) {
        switch value {
        case 0..<0x80: writer.u8(UInt8(value))
        case 0..<0x100: number(0xcc, value, width: 1, &writer)
        case 0..<0x1_0000: number(0xcd, value, width: 2, &writer)
        case 0..<0x1_0000_0000: number(0xce, value, width: 4, &writer)
        // All 64 bits.
        default: number(0xcf, value, width: 8, &writer)
        }
    }

    /// The number is -1 - `value`, so its bits are those of `value` turned over.
    private func negative(_ value: UInt64, _ writer: inout ByteWriter) {
        switch value {
        case 0..<0x20: writer.u8(UInt8(truncatingIfNeeded: ~value))
        case 0..<0x80: number(0xd0, ~value, width: 1, &writer)
        case 0..<0x8000: number(0xd1, ~value, width: 2, &writer)
        case 0..<0x8000_0000: number(0xd2, ~value, width: 4, &writer)
        // All 64 bits.
        default: number(0xd3, ~value, width: 8, &writer)
        }
    }

    private func number(
        _ code: UInt8, _ value: UInt64, width: Int, _ writer: inout ByteWriter
    ) {
        writer.u8(code)
        writer.big(value, width: width)
    }

    private func text(_ count: UInt32, _ writer: inout ByteWriter) {
        let codes = Codes(small: (0xa0, below: 32), one: 0xd9, two: 0xda, four: 0xdb)
        length(count, codes, &writer)
    }

    /// The first bytes of one kind of value, by how much its length takes.
    private struct Codes {
        let small: (UInt8, below: UInt32)?
        let one: UInt8?
        let two: UInt8
        let four: UInt8
    }

    private func length(_ count: UInt32, _ codes: Codes, _ writer: inout ByteWriter) {
        if let (code, below) = codes.small, count < below {
            writer.u8(code | UInt8(count))
        } else if let code = codes.one, count < 0x100 {
            number(code, UInt64(count), width: 1, &writer)
        } else if count < 0x1_0000 {
            number(codes.two, UInt64(count), width: 2, &writer)
        } else {
            number(codes.four, UInt64(count), width: 4, &writer)
        }
    }
}

extension ByteWriter {
    /// The lowest `width` bytes of a number, most significant first.
    internal mutating func big(_ value: UInt64, width: Int) {
        switch width {
        case 1: u8(UInt8(truncatingIfNeeded: value))
        case 2: u16(UInt16(truncatingIfNeeded: value).byteSwapped)
        case 4: u32(UInt32(truncatingIfNeeded: value).byteSwapped)
        // 8, which is the only other width.
        default: u64(value.byteSwapped)
        }
    }
}
