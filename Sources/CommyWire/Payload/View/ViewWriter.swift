/// Writes a tape in the zero-copy format.
internal struct ViewWriter {
    private let tape: Tape
    /// Where the message begins in the writer.
    private let base: Int

    static func write(_ tape: Tape, into writer: inout ByteWriter) throws(PayloadFault) {
        let view = ViewWriter(tape: tape, base: writer.count)
        writer.u32(ViewLayout.magic)
        writer.u32(0)
        let root = view.reserve(ViewLayout.slotByteCount, &writer)
        try view.write(0, at: root, &writer)
        writer.patchU32(UInt32(writer.count - view.base), at: view.base + 4)
    }

    /// Zeros for a table that is filled later; offset from the begin of the message.
    private func reserve(_ count: Int, _ writer: inout ByteWriter) -> Int {
        let offset = writer.count - base
        writer.zeros(count)
        return offset
    }

    private func write(
        _ index: Int, at slot: Int, _ writer: inout ByteWriter
    ) throws(PayloadFault) {
        let node = tape.nodes[index]
        switch node.kind {
        case .null: fill(slot, .null, value: 0, &writer)
        case .bool: fill(slot, .bool, value: node.value, &writer)
        case .unsigned: fill(slot, .unsigned, value: node.value, &writer)
        case .negative: fill(slot, .negative, value: node.value, &writer)
        case .float: fill(slot, .float, value: node.value, &writer)
        case .double: fill(slot, .double, value: node.value, &writer)
        case .text, .bytes:
            let kind: ViewLayout.Kind = node.kind == .text ? .text : .bytes
            let offset = tape.withContent(node) { content($0, &writer) }
            fill(slot, kind, count: node.count, value: UInt64(offset), &writer)
        case .list:
            let children = tape.children(of: index)
            if let element = element(of: children) {
                numbers(children, element, at: slot, &writer)
            } else {
                try list(children, at: slot, &writer)
            }
        case .map:
            try map(tape.sortedChildren(of: index, shorterFirst: false), at: slot, &writer)
        case .pending, .absent, .foreign:
            throw PayloadFault(.notRepresentable("a type that writes nothing"))
        }
    }

    private func list(
        _ children: [Int], at slot: Int, _ writer: inout ByteWriter
    ) throws(PayloadFault) {
        let table = reserve(children.count * ViewLayout.slotByteCount, &writer)
        fill(slot, .list, count: UInt32(children.count), value: UInt64(table), &writer)
        for (position, child) in children.enumerated() {
            try write(child, at: table + position * ViewLayout.slotByteCount, &writer)
        }
    }

    private func map(
        _ children: [Int], at slot: Int, _ writer: inout ByteWriter
    ) throws(PayloadFault) {
        let table = reserve(children.count * ViewLayout.entryByteCount, &writer)
        fill(slot, .map, count: UInt32(children.count), value: UInt64(table), &writer)
        for (position, child) in children.enumerated() {
            let entry = table + position * ViewLayout.entryByteCount
            let node = tape.nodes[child]
            let key = tape.withKey(node) { content($0, &writer) }
            writer.patchU32(UInt32(key), at: base + entry)
            writer.patchU32(node.keyCount, at: base + entry + 4)
            try write(child, at: entry + 8, &writer)
        }
    }

    /// The type that all elements share, if they are numbers of one type.
    private func element(of children: [Int]) -> ViewLayout.Element? {
        guard let first = children.first, let element = element(tape.nodes[first]) else {
            return nil
        }
        return children.allSatisfy { self.element(tape.nodes[$0]) == element } ? element : nil
    }

    private func element(_ node: TapeNode) -> ViewLayout.Element? {
        switch node.kind {
        case .unsigned, .negative:
            let isSigned = node.flags.contains(.signed)
            return ViewLayout.Element(form: isSigned ? .signed : .unsigned, width: Int(node.width))
        case .float: return ViewLayout.Element(form: .float, width: 4)
        case .double: return ViewLayout.Element(form: .float, width: 8)
        case .pending, .absent, .null, .bool, .text, .bytes, .list, .map, .foreign: return nil
        }
    }

    private func numbers(
        _ children: [Int], _ element: ViewLayout.Element, at slot: Int,
        _ writer: inout ByteWriter
    ) {
        let start = writer.count - base
        fill(
            slot, .numbers, code: element.code, count: UInt32(children.count),
            value: UInt64(start), &writer)
        for child in children {
            let node = tape.nodes[child]
            let bits = node.kind == .negative ? ~node.value : node.value
            switch element.width {
            case 1: writer.u8(UInt8(truncatingIfNeeded: bits))
            case 2: writer.u16(UInt16(truncatingIfNeeded: bits))
            case 4: writer.u32(UInt32(truncatingIfNeeded: bits))
            // 8, which is the only other width.
            default: writer.u64(bits)
            }
        }
        pad(&writer)
    }

    private func content(_ content: borrowing RawSpan, _ writer: inout ByteWriter) -> Int {
        let offset = writer.count - base
        writer.raw(content)
        pad(&writer)
        return offset
    }

    private func pad(_ writer: inout ByteWriter) {
        writer.zeros(ViewLayout.aligned(writer.count - base) - (writer.count - base))
    }

    private func fill(
        _ slot: Int, _ kind: ViewLayout.Kind, code: UInt8 = 0, count: UInt32 = 0, value: UInt64,
        _ writer: inout ByteWriter
    ) {
        writer.patchU8(kind.rawValue, at: base + slot)
        writer.patchU8(code, at: base + slot + 1)
        writer.patchU32(count, at: base + slot + 4)
        writer.patchU64(value, at: base + slot + 8)
    }
}
