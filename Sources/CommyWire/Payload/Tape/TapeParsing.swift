/// What all parsers do alike: adding values to a tape within the limits.
internal struct TapeParsing {
    var tape: Tape
    let limits: PayloadLimits

    init(_ source: [UInt8], _ limits: PayloadLimits) {
        tape = Tape()
        tape.source = source
        self.limits = limits
        tape.nodes.reserveCapacity(min(limits.valueCount, 8 + source.count / 8))
    }

    /// Adds a value; the root has no parent.
    mutating func add(
        _ node: TapeNode, to parent: Int?, _ key: TapeKey, at offset: Int
    ) throws(PayloadFault) -> Int {
        guard tape.nodes.count < limits.valueCount else {
            throw PayloadFault(.tooLarge("values"), at: offset)
        }
        var node = node
        node.offset = UInt32(offset)
        node.keyStart = key.start
        node.keyCount = key.count
        if key.isInArena { node.flags.insert(.keyInArena) }
        guard let parent else {
            tape.nodes.append(node)
            return 0
        }
        return tape.append(node, to: parent)
    }

    func content(_ kind: TapeNode.Kind, _ range: Range<Int>) -> TapeNode {
        var node = TapeNode(kind, value: UInt64(range.lowerBound))
        node.count = UInt32(range.count)
        return node
    }

    /// Called when a container is complete: a map must not have a key twice.
    mutating func close(_ container: Int) throws(PayloadFault) {
        guard tape.nodes[container].kind == .map else { return }
        tape.nodes[container].value = UInt64(tape.mapCount)
        tape.mapCount += 1
        guard tape.nodes[container].count > 1 else { return }
        let children =
            tape.nodes[container].count <= 8
            ? tape.children(of: container)
            : tape.sortedChildren(of: container, shorterFirst: true)
        for (index, child) in children.enumerated() {
            // Sorted, equal keys stand side by side; few are compared each with each.
            let first = tape.nodes[container].count <= 8 ? 0 : max(0, index - 1)
            for other in children[first..<index] where isSameKey(child, other) {
                throw PayloadFault(.duplicateKey, at: Int(tape.nodes[max(child, other)].offset))
            }
        }
    }

    private func isSameKey(_ left: Int, _ right: Int) -> Bool {
        let (left, right) = (tape.nodes[left], tape.nodes[right])
        guard left.keyCount == right.keyCount else { return false }
        return tape.withKey(left) { first in
            tape.withKey(right) { ByteText.compare(first, $0) == 0 }
        }
    }

    func checkDepth(_ depth: Int, at offset: Int) throws(PayloadFault) {
        guard depth < limits.depth else { throw PayloadFault(.tooDeep, at: offset) }
    }
}

/// Where a key's text lies; an element of a list has an empty one.
internal struct TapeKey {
    var start: UInt32 = 0
    var count: UInt32 = 0
    var isInArena = false

    static let none = TapeKey()

    init() {}

    init(_ range: Range<Int>, isInArena: Bool) {
        start = UInt32(range.lowerBound)
        count = UInt32(range.count)
        self.isInArena = isInArena
    }
}
