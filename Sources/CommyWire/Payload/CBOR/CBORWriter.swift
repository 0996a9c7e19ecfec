/// Writes a tape as CBOR in its deterministic form (RFC 8949 section 4.2.1): shortest numbers and
/// lengths, definite lengths, keys sorted by their encoded bytes.
internal struct CBORWriter {
    private let tape: Tape

    init(_ tape: Tape) { self.tape = tape }

    func write(into writer: inout ByteWriter) { write(0, &writer) }

    private func write(_ index: Int, _ writer: inout ByteWriter) {
        let node = tape.nodes[index]
        switch node.kind {
        // The last three never come out of `Codable` for a format with names.
        case .null, .pending, .absent, .foreign: writer.u8(0xf6)
        case .bool: writer.u8(node.value == 0 ? 0xf4 : 0xf5)
        case .unsigned: head(0, node.value, &writer)
        case .negative: head(1, node.value, &writer)
        case .float: float(Double(Float(bitPattern: UInt32(node.value))), &writer)
        case .double: float(Double(bitPattern: node.value), &writer)
        case .text:
            head(3, UInt64(node.count), &writer)
            tape.withContent(node) { writer.raw($0) }
        case .bytes:
            head(2, UInt64(node.count), &writer)
            tape.withContent(node) { writer.raw($0) }
        case .list:
            head(4, UInt64(node.count), &writer)
            for child in tape.children(of: index) { write(child, &writer) }
        case .map:
            head(5, UInt64(node.count), &writer)
            // A key's encoded bytes begin with its length, so the shorter one comes first.
            for child in tape.sortedChildren(of: index, shorterFirst: true) {
                let node = tape.nodes[child]
                head(3, UInt64(node.keyCount), &writer)
                tape.withKey(node) { writer.raw($0) }
                write(child, &writer)
            }
        }
    }

    private func head(_ major: UInt8, _ argument: UInt64, _ writer: inout ByteWriter) {
        let major = major << 5
        switch argument {
        case 0..<24: writer.u8(major | UInt8(argument))
        case 0..<0x100: head(major | 24, argument, width: 1, &writer)
        case 0..<0x1_0000: head(major | 25, argument, width: 2, &writer)
        case 0..<0x1_0000_0000: head(major | 26, argument, width: 4, &writer)
        // All 64 bits.
        default: head(major | 27, argument, width: 8, &writer)
        }
    }

    private func head(
        _ first: UInt8, _ argument: UInt64, width: Int, _ writer: inout ByteWriter
    ) {
        writer.u8(first)
        writer.big(argument, width: width)
    }

    /// The shortest of the three widths that gives the same number back; not-a-number has one form
    /// (section 4.2.2, first rule).
    private func float(_ value: Double, _ writer: inout ByteWriter) {
        if value.isNaN {
            head(0xf9, 0x7e00, width: 2, &writer)
        } else if let half = Float16(exactly: value) {
            head(0xf9, UInt64(half.bitPattern), width: 2, &writer)
        } else if let single = Float(exactly: value) {
            head(0xfa, UInt64(single.bitPattern), width: 4, &writer)
        } else {
            head(0xfb, value.bitPattern, width: 8, &writer)
        }
    }
}
