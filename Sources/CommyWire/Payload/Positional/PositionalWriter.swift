/// Writes a tape in one of the two formats without names.
///
/// *fixed*: numbers in the width of their type, little-endian; counts in four bytes. *compact*:
/// integers and counts as varints, signed ones as zigzag first. In both: fields in the order in
/// which the type writes them; one byte, 0 or 1, in front of what is optional; the name in front of
/// an enum's case; a dictionary as its count, its sorted keys, and then its values; the shape at
/// the end.
internal struct PositionalWriter {
    private let tape: Tape
    private let isCompact: Bool
    private var shape = PositionalShape()

    static func write(
        _ tape: Tape, isCompact: Bool, into writer: inout ByteWriter
    ) throws(PayloadFault) {
        var positional = PositionalWriter(tape: tape, isCompact: isCompact)
        try positional.write(0, &writer)
        if isCompact {
            writer.u16(positional.shape.folded)
        } else {
            writer.u32(positional.shape.full)
        }
    }

    private init(tape: Tape, isCompact: Bool) {
        self.tape = tape
        self.isCompact = isCompact
    }

    private mutating func write(
        _ index: Int, _ writer: inout ByteWriter
    ) throws(PayloadFault) {
        let node = tape.nodes[index]
        if node.kind == .absent {
            writer.u8(0)
            return
        }
        if node.flags.contains(.optional) { writer.u8(1) }
        switch node.kind {
        case .bool: writer.u8(UInt8(node.value))
        case .unsigned, .negative: integer(node, &writer)
        case .float: writer.u32(UInt32(node.value))
        case .double: writer.u64(node.value)
        case .text, .bytes:
            count(node.count, &writer)
            tape.withContent(node) { writer.raw($0) }
        case .list:
            count(node.count, &writer)
            for child in tape.children(of: index) { try write(child, &writer) }
        case .map where node.flags.contains(.open):
            let children = tape.writtenChildren(of: index)
            count(node.count, &writer)
            for child in children { name(tape.nodes[child], &writer) }
            for child in children { try write(child, &writer) }
        case .map:
            for child in tape.children(of: index) {
                let field = tape.nodes[child]
                tape.withKey(field) { shape.mix($0) }
                if field.flags.contains(.variant) { name(field, &writer) }
                try write(child, &writer)
            }
        case .null, .pending, .foreign:
            throw PayloadFault(.notRepresentable("null in a format without names"))
        case .absent: preconditionFailure("asked above")
        }
    }

    private func name(_ node: TapeNode, _ writer: inout ByteWriter) {
        count(node.keyCount, &writer)
        tape.withKey(node) { writer.raw($0) }
    }

    private func count(_ count: UInt32, _ writer: inout ByteWriter) {
        if isCompact { writer.varint(UInt64(count)) } else { writer.u32(count) }
    }

    private func integer(_ node: TapeNode, _ writer: inout ByteWriter) {
        let isNegative = node.kind == .negative
        guard isCompact else {
            let bits = isNegative ? ~node.value : node.value
            switch node.width {
            case 1: writer.u8(UInt8(truncatingIfNeeded: bits))
            case 2: writer.u16(UInt16(truncatingIfNeeded: bits))
            case 4: writer.u32(UInt32(truncatingIfNeeded: bits))
            // 8, which is the only other width.
            default: writer.u64(bits)
            }
            return
        }
        // Zigzag: 0, -1, 1, -2 ... become 0, 1, 2, 3 ...
        let isSigned = node.flags.contains(.signed)
        writer.varint(isSigned ? node.value << 1 | (isNegative ? 1 : 0) : node.value)
    }
}
