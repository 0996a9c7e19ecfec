/// A value with all its parts in one flat list: what a parser makes of bytes before `Codable` asks
/// for it, and what `Codable` makes of a value before a writer turns it into bytes.
///
/// Children of a container are linked, so that containers may be filled in any order, as `Codable`
/// allows. Texts lie in `source` (parsed) or in `arena` (made here).
internal struct Tape {
    var nodes: [TapeNode] = []
    /// The bytes that were parsed.
    var source: [UInt8] = []
    /// Texts that are not in `source` as they are: written ones, and ones with escapes.
    var arena: [UInt8] = []

    /// How many maps were closed; each has a number.
    var mapCount = 0

    init() {}

    /// Appends a node and links it as the last child; returns its index.
    mutating func append(_ node: TapeNode, to parent: Int) -> Int {
        let index = nodes.count
        nodes.append(node)
        if nodes[parent].count == 0 {
            nodes[parent].first = UInt32(index)
        } else {
            nodes[Int(nodes[parent].value)].next = UInt32(index)
        }
        nodes[parent].value = UInt64(index)
        nodes[parent].count += 1
        return index
    }

    /// Puts a text into the arena; returns where.
    mutating func keep(_ text: String) -> (start: UInt32, count: UInt32) {
        let start = arena.count
        arena.append(contentsOf: text.utf8)
        return (UInt32(start), UInt32(arena.count - start))
    }

    /// Lends the content of a text or byte string.
    func withContent<Value, Failure: Error>(
        _ node: TapeNode, _ body: (borrowing RawSpan) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        let range = Int(node.value)..<Int(node.value) + Int(node.count)
        if node.flags.contains(.contentInArena) {
            return try unsafe body(arena.span.bytes.extracting(range))
        }
        return try unsafe body(source.span.bytes.extracting(range))
    }

    func withKey<Value, Failure: Error>(
        _ node: TapeNode, _ body: (borrowing RawSpan) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        let range = Int(node.keyStart)..<Int(node.keyStart) + Int(node.keyCount)
        if node.flags.contains(.keyInArena) {
            return try unsafe body(arena.span.bytes.extracting(range))
        }
        return try unsafe body(source.span.bytes.extracting(range))
    }

    func text(_ node: TapeNode) -> String { withContent(node) { ByteText.string($0) } }
    func key(_ node: TapeNode) -> String { withKey(node) { ByteText.string($0) } }

    /// The children's indices, in order.
    func children(of parent: Int) -> [Int] {
        var indices: [Int] = []
        indices.reserveCapacity(Int(nodes[parent].count))
        var next = Int(nodes[parent].first)
        while next != 0 {
            indices.append(next)
            next = Int(nodes[next].next)
        }
        return indices
    }

    /// The children's indices, by the bytes of their keys.
    func sortedChildren(of parent: Int, shorterFirst: Bool) -> [Int] {
        children(of: parent).sorted { left, right in
            let (left, right) = (nodes[left], nodes[right])
            if shorterFirst, left.keyCount != right.keyCount {
                return left.keyCount < right.keyCount
            }
            return withKey(left) { first in
                withKey(right) { ByteText.compare(first, $0) < 0 }
            }
        }
    }

    /// The children of a map in the order in which they are written where order is free: those of a
    /// dictionary by key, for it has no order; those of a type as it wrote them.
    func writtenChildren(of map: Int) -> [Int] {
        nodes[map].flags.contains(.open)
            ? sortedChildren(of: map, shorterFirst: false) : children(of: map)
    }
}

/// One value of a `Tape`; 40 bytes.
internal struct TapeNode {
    enum Kind: UInt8 {
        /// Reserved for a value that has not been written yet.
        case pending
        /// A field without a value, in formats that must say so.
        case absent
        case null
        case bool
        /// `value` is the number.
        case unsigned
        /// The number is -1 - `value`.
        case negative
        /// `value` has the 32 bits of a Float.
        case float
        /// `value` has the 64 bits of a Double.
        case double
        case text
        case bytes
        case list
        case map
        /// Well-formed, but nothing that a Swift type asks for.
        case foreign
    }
    struct Flags: OptionSet {
        let rawValue: UInt8
        /// Of an optional type; the value is there.
        static let optional = Flags(rawValue: 1)
        /// A map with free keys.
        static let open = Flags(rawValue: 2)
        /// A container that its parent made by name: the case of an enum with payloads.
        static let variant = Flags(rawValue: 4)
        static let keyInArena = Flags(rawValue: 8)
        static let contentInArena = Flags(rawValue: 16)
        /// The number's type has a sign.
        static let signed = Flags(rawValue: 32)
    }
    var kind: Kind
    var flags: Flags = []
    /// Bytes of a number's type.
    var width: UInt8 = 8
    /// The next child of the same container; 0 for none, since 0 is the root.
    var next: UInt32 = 0
    /// Children, or bytes of content.
    var count: UInt32 = 0
    /// The first child.
    var first: UInt32 = 0
    /// A number; the start of content; in a container, the last child while it is filled, and in a
    /// parsed map its number afterwards.
    var value: UInt64 = 0
    var keyStart: UInt32 = 0
    var keyCount: UInt32 = 0
    /// Where the value begins in the source.
    var offset: UInt32 = 0

    init(_ kind: Kind, value: UInt64 = 0) {
        self.kind = kind
        self.value = value
    }

    /// A number of any type.
    init<Number: FixedWidthInteger>(_ number: Number) {
        let isNegative = Number.isSigned && number < 0
        kind = isNegative ? .negative : .unsigned
        value = isNegative ? UInt64(truncatingIfNeeded: ~number) : UInt64(number)
        width = UInt8(Number.bitWidth / 8)
        if Number.isSigned { flags = .signed }
    }

    /// The number in this type, or nil when it does not fit.
    func integer<Number: FixedWidthInteger>(_ type: Number.Type) -> Number? {
        guard kind == .negative else { return Number(exactly: value) }
        guard value <= UInt64(Int64.max) else { return nil }
        return Number(exactly: ~Int64(value))
    }
}
