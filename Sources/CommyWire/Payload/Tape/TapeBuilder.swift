/// Fills a `Tape` from an `Encodable` value.
internal final class TapeBuilder {
    let tape: Tape
    /// The format has neither names nor types, so that what may be missing must say whether it is.
    let isPositional: Bool
    let limits: PayloadLimits
    /// The first error in a call that cannot throw.
    var error: PayloadError?
    /// The key type that was asked about last.
    private var lastKeys: (type: ObjectIdentifier, isOpen: Bool)?

    init(_ tape: Tape, isPositional: Bool, _ limits: PayloadLimits) {
        self.tape = tape
        self.isPositional = isPositional
        self.limits = limits
        tape.nodes.reserveCapacity(32)
        tape.arena.reserveCapacity(256)
        tape.nodes.append(TapeNode(.pending))
    }

    /// Writes the root.
    func build<Value: Encodable>(_ value: Value) throws {
        try encode(value, in: 0, nil)
    }

    /// Adds a child that is one value.
    func add(_ node: TapeNode, to parent: Int, key: String? = nil) throws(PayloadFault) {
        _ = try child(node, of: parent, key: key)
    }

    func child(
        _ node: TapeNode, of parent: Int, key: String? = nil
    ) throws(PayloadFault) -> Int {
        guard tape.nodes.count < limits.valueCount else { throw PayloadFault(.tooLarge("values")) }
        var node = node
        if let key {
            (node.keyStart, node.keyCount) = tape.keep(key)
            node.flags.insert(.keyInArena)
        }
        guard tape.arena.count <= limits.byteCount else { throw PayloadFault(.tooLarge("payload")) }
        return tape.append(node, to: parent)
    }

    func text(_ text: String) -> TapeNode {
        var node = TapeNode(.text)
        let kept = tape.keep(text)
        (node.value, node.count) = (UInt64(kept.start), kept.count)
        node.flags = .contentInArena
        return node
    }

    func bytes(_ bytes: [UInt8]) -> TapeNode {
        var node = TapeNode(.bytes, value: UInt64(tape.arena.count))
        tape.arena.append(contentsOf: bytes)
        node.count = UInt32(bytes.count)
        node.flags = .contentInArena
        return node
    }

    /// Gives the reserved node its value; the key that it has stays.
    func set(_ slot: Int, _ node: TapeNode) {
        var node = node
        let old = tape.nodes[slot]
        (node.next, node.keyStart, node.keyCount) = (old.next, old.keyStart, old.keyCount)
        node.flags.formUnion(old.flags.intersection([.keyInArena, .optional, .variant]))
        tape.nodes[slot] = node
    }

    /// Makes the reserved node a container, or finds that it is one already: a type may ask for its
    /// container twice.
    func open(_ slot: Int, _ kind: TapeNode.Kind, isOpen: Bool, _ path: PathNode?) {
        switch tape.nodes[slot].kind {
        case .pending:
            var node = TapeNode(kind)
            if isOpen { node.flags = .open }
            set(slot, node)
        case kind: break
        // A type that writes two values into one place has a bug of its own.
        default: fail(PayloadFault(.notRepresentable("two values in one place")).at(path))
        }
        if (path?.depth ?? 0) >= limits.depth { fail(PayloadFault(.tooDeep).at(path)) }
    }

    func fail(_ error: PayloadError) { if self.error == nil { self.error = error } }

    func isOpen<Key: CodingKey>(_ type: Key.Type) -> Bool {
        let id = ObjectIdentifier(type)
        if let lastKeys, lastKeys.type == id { return lastKeys.isOpen }
        let isOpen = KeySpace.isOpen(type)
        lastKeys = (id, isOpen)
        return isOpen
    }

    /// Writes any value into a reserved node.
    func encode<Value: Encodable>(_ value: Value, in slot: Int, _ path: PathNode?) throws {
        if Value.self == [UInt8].self, let content = value as? [UInt8] {
            set(slot, bytes(content))
            return
        }
        if isPositional, let optional = value as? any PayloadOptional {
            guard let wrapped = optional.wrappedValue else {
                set(slot, TapeNode(.absent))
                return
            }
            guard !tape.nodes[slot].flags.contains(.optional) else {
                throw PayloadFault(.notRepresentable("an optional of an optional")).at(path)
            }
            tape.nodes[slot].flags.insert(.optional)
            try encode(wrapped, in: slot, path)
            return
        }
        guard (path?.depth ?? 0) <= limits.depth else { throw PayloadFault(.tooDeep).at(path) }
        try value.encode(to: TapeEncoder(builder: self, slot: slot, path: path))
        if let error { throw error }
        guard tape.nodes[slot].kind != .pending else {
            throw PayloadFault(.notRepresentable("a type that writes nothing")).at(path)
        }
    }
}

/// What is optional, found at run time.
internal protocol PayloadOptional {
    var wrappedValue: (any Encodable)? { get }
}

extension Optional: PayloadOptional where Wrapped: Encodable {
    internal var wrappedValue: (any Encodable)? {
        switch self {
        case .none: nil
        case .some(let value): value
        }
    }
}
