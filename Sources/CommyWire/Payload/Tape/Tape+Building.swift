/// How a tape is filled from values.
extension Tape {
    mutating func add(
        _ node: TapeNode, content: String?, to parent: Int, key: String?, _ limits: PayloadLimits
    ) throws(PayloadFault) -> Int {
        guard nodes.count < limits.valueCount else { throw PayloadFault(.tooLarge("values")) }
        var node = node
        if let key {
            (node.keyStart, node.keyCount) = keep(key)
            node.flags.insert(.keyInArena)
        }
        if let content { fill(&node, content) }
        guard arena.count <= limits.byteCount else { throw PayloadFault(.tooLarge("payload")) }
        return append(node, to: parent)
    }

    /// Gives a reserved node its value; its key and its marks stay.
    mutating func set(_ slot: Int, _ node: TapeNode, content: String? = nil) {
        var node = node
        if let content { fill(&node, content) }
        let old = nodes[slot]
        (node.next, node.keyStart, node.keyCount) = (old.next, old.keyStart, old.keyCount)
        node.flags.formUnion(old.flags.intersection([.keyInArena, .optional, .variant]))
        nodes[slot] = node
    }

    mutating func setBytes(_ slot: Int, _ bytes: [UInt8]) {
        var node = TapeNode(.bytes, value: UInt64(arena.count))
        arena.append(contentsOf: bytes)
        node.count = UInt32(bytes.count)
        node.flags = .contentInArena
        set(slot, node)
    }

    /// False when the node is something else already.
    mutating func open(_ slot: Int, _ kind: TapeNode.Kind, isOpen: Bool) -> Bool {
        guard nodes[slot].kind == .pending else { return nodes[slot].kind == kind }
        var node = TapeNode(kind)
        if isOpen { node.flags = .open }
        set(slot, node)
        return true
    }

    /// False when the node is of an optional type already.
    mutating func markOptional(_ slot: Int) -> Bool {
        nodes[slot].flags.insert(.optional).inserted
    }

    /// A node that belongs to nothing.
    mutating func spare() -> Int {
        nodes.append(TapeNode(.pending))
        return nodes.count - 1
    }

    private mutating func fill(_ node: inout TapeNode, _ content: String) {
        let kept = keep(content)
        (node.value, node.count) = (UInt64(kept.start), kept.count)
        node.flags.insert(.contentInArena)
    }
}
