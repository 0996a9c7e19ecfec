/// Values out of a tape that a parser has filled.
internal final class TapeSource: PayloadSource {
    static let isPositional = false
    let limits: PayloadLimits
    private let tape: Tape
    /// Of each map, by its number, the child that was found last; 0 for none.
    private var found: [UInt32]
    /// Numbers that are floats by their spelling only: JSON has one kind of number.
    private let isJSON: Bool

    init(
        parsing bytes: [UInt8], as format: PayloadFormat, _ limits: PayloadLimits
    ) throws(PayloadFault) {
        self.limits = limits
        isJSON = format == .json
        switch format {
        case .json: tape = try JSONParser.parse(bytes, limits)
        case .messagePack: tape = try MessagePackParser.parse(bytes, limits)
        // The codec asks for these three only.
        default: tape = try CBORParser.parse(bytes, limits)
        }
        found = [UInt32](repeating: 0, count: tape.mapCount)
    }

    /// The whole, for `PayloadValue`.
    func value(at place: Int) throws(PayloadFault) -> PayloadValue {
        try PayloadValue(tape, place)
    }

    func map(at place: Int, isOpen: Bool) throws(PayloadFault) -> SourceMap {
        let node = try node(.map, "map", place)
        return SourceMap(place: place, count: Int(node.count), isOpen: isOpen)
    }

    func keys(of map: SourceMap) throws(PayloadFault) -> [String] {
        tape.children(of: map.place).map { tape.key(tape.nodes[$0]) }
    }

    /// Types ask for their fields in the order in which they mostly come, so the search begins
    /// behind the field that was found last.
    func child(_ key: String, of map: SourceMap) throws(PayloadFault) -> Int? {
        let node = tape.nodes[map.place]
        guard node.count > 0 else { return nil }
        let last = Int(found[Int(node.value)])
        var index = last == 0 ? Int(node.first) : Int(tape.nodes[last].next)
        for _ in 0...node.count {
            if index == 0 { index = Int(node.first) }
            let child = tape.nodes[index]
            if tape.withKey(child, { ByteText.equals($0, key) }) {
                found[Int(node.value)] = UInt32(index)
                return index
            }
            index = Int(child.next)
        }
        return nil
    }

    func optionalChild(_ key: String, of map: SourceMap) throws(PayloadFault) -> Int? {
        guard let place = try child(key, of: map), try !isNull(at: place) else { return nil }
        return place
    }

    func variantChild(_ key: String, of map: SourceMap) throws(PayloadFault) -> Int? {
        try child(key, of: map)
    }

    func list(at place: Int) throws(PayloadFault) -> SourceList {
        let node = try node(.list, "list", place)
        return SourceList(count: Int(node.count), next: Int(node.first))
    }

    func element(of list: inout SourceList) throws(PayloadFault) -> Int {
        let place = list.next
        list.next = Int(tape.nodes[place].next)
        list.index += 1
        return place
    }

    func isNextNull(of list: SourceList) throws(PayloadFault) -> Bool {
        try isNull(at: list.next)
    }

    func isNull(at place: Int) throws(PayloadFault) -> Bool { tape.nodes[place].kind == .null }
    func isPresent(at place: Int) throws(PayloadFault) -> Bool { try !isNull(at: place) }

    func bool(at place: Int) throws(PayloadFault) -> Bool {
        try node(.bool, "bool", place).value != 0
    }

    func integer<Number: FixedWidthInteger>(
        at place: Int, as type: Number.Type
    ) throws(PayloadFault) -> Number {
        let node = tape.nodes[place]
        switch node.kind {
        case .unsigned, .negative:
            if let number = node.integer(type) { return number }
        case .double where isJSON:
            // 1.0 and 1e3 are integers for most writers of JSON.
            if let number = Number(exactly: Double(bitPattern: node.value)) { return number }
        case .pending, .absent, .null, .bool, .float, .double, .text, .bytes, .list, .map,
            .foreign:
            throw mismatch("integer", node)
        }
        throw PayloadFault(.numberDoesNotFit, at: Int(node.offset))
    }

    func double(at place: Int) throws(PayloadFault) -> Double {
        let node = tape.nodes[place]
        switch node.kind {
        case .double: return Double(bitPattern: node.value)
        case .float: return Double(Float(bitPattern: UInt32(node.value)))
        case .unsigned: return Double(node.value)
        case .negative: return -1 - Double(node.value)
        case .pending, .absent, .null, .bool, .text, .bytes, .list, .map, .foreign:
            throw mismatch("number", node)
        }
    }

    func float(at place: Int) throws(PayloadFault) -> Float {
        let node = tape.nodes[place]
        if node.kind == .float { return Float(bitPattern: UInt32(node.value)) }
        var value = Float(try double(at: place))
        if isJSON, node.kind == .double {
            // Not by way of a Double: rounding twice can give another number.
            let start = Int(node.offset)
            value = Float(JSONParser.numberText(tape.source, from: start)) ?? value
        }
        guard value.isFinite || node.kind != .double || !Double(bitPattern: node.value).isFinite
        else { throw PayloadFault(.numberDoesNotFit, at: Int(node.offset)) }
        return value
    }

    func text(at place: Int) throws(PayloadFault) -> String {
        tape.text(try node(.text, "text", place))
    }

    func bytes(at place: Int) throws(PayloadFault) -> [UInt8] {
        let node = tape.nodes[place]
        switch node.kind {
        case .bytes: return tape.withContent(node) { Self.copy($0) }
        case .text where isJSON:
            guard let bytes = tape.withContent(node, { Base64.decode($0) }) else {
                throw PayloadFault(.malformed("base64"), at: Int(node.offset))
            }
            return bytes
        case .list:
            // A writer that knows no byte strings.
            var bytes: [UInt8] = []
            bytes.reserveCapacity(Int(node.count))
            for child in tape.children(of: place) {
                bytes.append(try integer(at: child, as: UInt8.self))
            }
            return bytes
        case .pending, .absent, .null, .bool, .unsigned, .negative, .float, .double, .text, .map,
            .foreign:
            throw mismatch("bytes", node)
        }
    }

    func offset(of place: Int) -> Int { Int(tape.nodes[place].offset) }

    private func node(
        _ kind: TapeNode.Kind, _ name: StaticStringName, _ place: Int
    ) throws(PayloadFault) -> TapeNode {
        let node = tape.nodes[place]
        guard node.kind == kind else { throw mismatch(name, node) }
        return node
    }

    private func mismatch(_ name: StaticStringName, _ node: TapeNode) -> PayloadFault {
        PayloadFault(
            node.kind == .null ? .missingValue : .typeMismatch(name), at: Int(node.offset))
    }

    private static func copy(_ bytes: borrowing RawSpan) -> [UInt8] {
        unsafe bytes.withUnsafeBytes { unsafe Array($0) }
    }
}
