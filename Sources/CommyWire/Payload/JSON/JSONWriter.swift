/// Writes a tape as JSON without blanks.
internal struct JSONWriter {
    private let tape: Tape

    init(_ tape: Tape) { self.tape = tape }

    func write(into writer: inout ByteWriter) throws(PayloadFault) { try write(0, &writer) }

    private func write(_ index: Int, _ writer: inout ByteWriter) throws(PayloadFault) {
        let node = tape.nodes[index]
        switch node.kind {
        case .null: writer.raw("null".utf8)
        case .bool: writer.raw((node.value == 0 ? "false" : "true").utf8)
        case .unsigned: writer.raw(String(node.value).utf8)
        case .negative: negative(node, &writer)
        case .float:
            let value = Float(bitPattern: UInt32(node.value))
            guard value.isFinite else {
                throw PayloadFault(.notRepresentable("infinity or not-a-number"))
            }
            writer.raw(value.description.utf8)
        case .double:
            let value = Double(bitPattern: node.value)
            guard value.isFinite else {
                throw PayloadFault(.notRepresentable("infinity or not-a-number"))
            }
            writer.raw(value.description.utf8)
        case .text: tape.withContent(node) { Self.string($0, &writer) }
        case .bytes:
            writer.u8(0x22)
            tape.withContent(node) { Base64.encode($0, into: &writer) }
            writer.u8(0x22)
        case .list:
            writer.u8(0x5b)
            for (position, child) in tape.children(of: index).enumerated() {
                if position > 0 { writer.u8(0x2c) }
                try write(child, &writer)
            }
            writer.u8(0x5d)
        case .map:
            writer.u8(0x7b)
            for (position, child) in tape.writtenChildren(of: index).enumerated() {
                if position > 0 { writer.u8(0x2c) }
                tape.withKey(tape.nodes[child]) { Self.string($0, &writer) }
                writer.u8(0x3a)
                try write(child, &writer)
            }
            writer.u8(0x7d)
        case .pending, .absent, .foreign:
            throw PayloadFault(.notRepresentable("a type that writes nothing"))
        }
    }

    private func negative(_ node: TapeNode, _ writer: inout ByteWriter) {
        writer.u8(0x2d)
        // -1 - value; only the lowest number of all has no magnitude in 64 bits.
        let (magnitude, isOverflown) = node.value.addingReportingOverflow(1)
        writer.raw((isOverflown ? "18446744073709551616" : String(magnitude)).utf8)
    }

    private static func string(_ text: borrowing RawSpan, _ writer: inout ByteWriter) {
        writer.u8(0x22)
        unsafe text.withUnsafeBytes { text in
            var plain = 0
            for index in 0..<text.count {
                let byte = unsafe text[index]
                guard byte < 0x20 || byte == 0x22 || byte == 0x5c else { continue }
                unsafe writer.raw(UnsafeRawBufferPointer(rebasing: text[plain..<index]))
                escape(byte, &writer)
                plain = index + 1
            }
            unsafe writer.raw(UnsafeRawBufferPointer(rebasing: text[plain...]))
        }
        writer.u8(0x22)
    }

    private static func escape(_ byte: UInt8, _ writer: inout ByteWriter) {
        writer.u8(0x5c)
        switch byte {
        case 0x22, 0x5c: writer.u8(byte)
        case 0x08: writer.u8(0x62)
        case 0x09: writer.u8(0x74)
        case 0x0a: writer.u8(0x6e)
        case 0x0c: writer.u8(0x66)
        case 0x0d: writer.u8(0x72)
        // The other control characters have no short form.
        default: writer.raw("u00\(byte < 16 ? "0" : "1")\(String(byte % 16, radix: 16))".utf8)
        }
    }
}
