/// Fills a `Tape` from an `Encodable` value.
///
/// A class, because `Codable` hands copies of its containers around. Each of its calls reaches for
/// the tape once: every access to a class's property is checked at run time.
internal final class TapeBuilder {
    private(set) var tape = Tape()
    /// The format has neither names nor types, so that what may be missing must say whether it is.
    let isPositional: Bool
    let limits: PayloadLimits
    /// The first error in a call that cannot throw.
    private(set) var error: PayloadError?
    /// The key type that was asked about last.
    private var lastKeys: (type: ObjectIdentifier, isOpen: Bool)?

    init(isPositional: Bool, _ limits: PayloadLimits) {
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

    /// Adds a child; a text's content is handed in with it.
    @discardableResult
    func add(
        _ node: TapeNode, content: String? = nil, to parent: Int, key: String? = nil
    ) throws(PayloadFault) -> Int {
        try tape.add(node, content: content, to: parent, key: key, limits)
    }

    /// How many children a container has.
    func count(of container: Int) -> Int { Int(tape.nodes[container].count) }

    /// Gives the reserved node its value; the key that it has stays.
    func set(_ slot: Int, _ node: TapeNode, content: String? = nil) {
        tape.set(slot, node, content: content)
    }

    /// Makes the reserved node a container, or finds that it is one already: a type may ask for its
    /// container twice.
    func open(_ slot: Int, _ kind: TapeNode.Kind, isOpen: Bool, _ path: PathNode?) {
        if !tape.open(slot, kind, isOpen: isOpen) {
            // A type that writes two values into one place has a bug of its own.
            fail(PayloadFault(.notRepresentable("two values in one place")).at(path))
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
            tape.setBytes(slot, content)
            return
        }
        if isPositional, let optional = value as? any PayloadOptional {
            guard let wrapped = optional.wrappedValue else {
                set(slot, TapeNode(.absent))
                return
            }
            guard tape.markOptional(slot) else {
                throw PayloadFault(.notRepresentable("an optional of an optional")).at(path)
            }
            try encode(wrapped, in: slot, path)
            return
        }
        guard (path?.depth ?? 0) <= limits.depth else { throw PayloadFault(.tooDeep).at(path) }
        try value.encode(to: TapeEncoder(builder: self, slot: slot, path: path))
        guard tape.nodes[slot].kind != .pending else {
            throw error ?? PayloadFault(.notRepresentable("a type that writes nothing")).at(path)
        }
    }

    /// A child that is written later; after an error, any node, for then nothing is kept.
    func reserve(
        in parent: Int, key: String?, isVariant: Bool = false, _ path: PathNode?
    ) -> Int {
        var node = TapeNode(.pending)
        if isVariant { node.flags = .variant }
        do {
            return try add(node, to: parent, key: key)
        } catch {
            fail(error.at(path))
            return tape.spare()
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
