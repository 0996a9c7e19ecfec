/// Values out of a message in the zero-copy format, which was checked as a whole before.
///
/// A place is the offset of a slot; the elements of packed numbers have no slots, and their places
/// are the negative offsets of the numbers.
internal final class ViewSource: PayloadSource {
    static let isPositional = false
    let limits: PayloadLimits
    private let bytes: [UInt8]
    /// The type of the packed numbers that were opened last.
    private var element = ViewLayout.Element(form: .unsigned, width: 8)

    init(_ bytes: [UInt8], _ limits: PayloadLimits) throws(PayloadFault) {
        try unsafe ViewCheck.check(bytes.span.bytes, limits)
        self.bytes = bytes
        self.limits = limits
    }

    func map(at place: Int, isOpen: Bool) throws(PayloadFault) -> SourceMap {
        let bytes = bytes
        try checkSlot(place, "map")
        let slot = try unsafe PayloadView(slot: place).slot(.map, "map", bytes.span.bytes)
        return SourceMap(place: place, count: slot.count, isOpen: isOpen)
    }

    func keys(of map: SourceMap) throws(PayloadFault) -> [String] {
        let bytes = bytes
        let slot = try unsafe ViewSlot(at: map.place, bytes.span.bytes)
        var keys: [String] = []
        for position in 0..<slot.count {
            let entry = Int(slot.value) + position * ViewLayout.entryByteCount
            let range = try unsafe PayloadView.key(at: entry, bytes.span.bytes)
            keys.append(unsafe ByteText.string(bytes.span.bytes.extracting(range)))
        }
        return keys
    }

    func child(_ key: String, of map: SourceMap) throws(PayloadFault) -> Int? {
        let bytes = bytes
        return try unsafe PayloadView(slot: map.place).find(key, bytes.span.bytes)?.offset
    }

    func optionalChild(_ key: String, of map: SourceMap) throws(PayloadFault) -> Int? {
        guard let place = try child(key, of: map), try !isNull(at: place) else { return nil }
        return place
    }

    func variantChild(_ key: String, of map: SourceMap) throws(PayloadFault) -> Int? {
        try child(key, of: map)
    }

    func list(at place: Int) throws(PayloadFault) -> SourceList {
        try checkSlot(place, "list")
        let slot = try slot(place)
        if slot.kind == .numbers, let element = ViewLayout.Element(code: slot.code) {
            self.element = element
            return SourceList(count: slot.count, next: -Int(slot.value))
        }
        guard slot.kind == .list else {
            let isMissing = slot.kind == .null
            throw PayloadFault(isMissing ? .missingValue : .typeMismatch("list"), at: place)
        }
        return SourceList(count: slot.count, next: Int(slot.value))
    }

    func element(of list: inout SourceList) throws(PayloadFault) -> Int {
        let place = list.next
        list.index += 1
        list.next += place < 0 ? -element.width : ViewLayout.slotByteCount
        return place
    }

    func isNextNull(of list: SourceList) throws(PayloadFault) -> Bool {
        try isNull(at: list.next)
    }

    func isNull(at place: Int) throws(PayloadFault) -> Bool {
        place >= 0 ? try slot(place).kind == .null : false
    }

    func isPresent(at place: Int) throws(PayloadFault) -> Bool { try !isNull(at: place) }

    func bool(at place: Int) throws(PayloadFault) -> Bool {
        let bytes = bytes
        try checkSlot(place, "bool")
        return try unsafe PayloadView(slot: place).slot(.bool, "bool", bytes.span.bytes).value != 0
    }

    func integer<Number: FixedWidthInteger>(
        at place: Int, as type: Number.Type
    ) throws(PayloadFault) -> Number {
        let bytes = bytes
        guard place < 0 else {
            return try unsafe PayloadView(slot: place).number(type, bytes.span.bytes)
        }
        guard let number = try packed(place).integer(type) else {
            throw PayloadFault(.numberDoesNotFit, at: -place)
        }
        return number
    }

    func double(at place: Int) throws(PayloadFault) -> Double {
        let bytes = bytes
        guard place < 0 else {
            return try unsafe PayloadView(slot: place).real(bytes.span.bytes)
        }
        guard element.form == .float else {
            let node = try packed(place)
            return node.kind == .negative ? -1 - Double(node.value) : Double(node.value)
        }
        let bits = try bits(place)
        return element.width == 8
            ? Double(bitPattern: bits) : Double(Float(bitPattern: UInt32(bits)))
    }

    func float(at place: Int) throws(PayloadFault) -> Float {
        let value = try double(at: place)
        let narrow = Float(value)
        guard narrow.isFinite || !value.isFinite else {
            throw PayloadFault(.numberDoesNotFit, at: abs(place))
        }
        return narrow
    }

    func text(at place: Int) throws(PayloadFault) -> String {
        let bytes = bytes
        try checkSlot(place, "text")
        return try unsafe PayloadView(slot: place).string(bytes.span.bytes)
    }

    func bytes(at place: Int) throws(PayloadFault) -> [UInt8] {
        let bytes = bytes
        try checkSlot(place, "bytes")
        let slot = try slot(place)
        switch slot.kind {
        case .bytes: return try Array(bytes[unsafe slot.target(1, bytes.span.bytes)])
        case .list, .numbers:
            var list = try list(at: place)
            var content: [UInt8] = []
            while list.index < list.count {
                content.append(try integer(at: element(of: &list), as: UInt8.self))
            }
            return content
        case .null: throw PayloadFault(.missingValue, at: place)
        case .bool, .unsigned, .negative, .float, .double, .text, .map:
            throw PayloadFault(.typeMismatch("bytes"), at: place)
        }
    }

    func offset(of place: Int) -> Int { abs(place) }

    /// A packed number as a node, which knows how to fit it into other types.
    private func packed(_ place: Int) throws(PayloadFault) -> TapeNode {
        let bits = try bits(place)
        switch element.form {
        case .unsigned: return TapeNode(.unsigned, value: bits)
        case .signed:
            let shift = UInt64(64 - 8 * element.width)
            return TapeNode(Int64(bitPattern: bits << shift) >> Int64(shift))
        case .float: throw PayloadFault(.typeMismatch("integer"), at: -place)
        }
    }

    private func bits(_ place: Int) throws(PayloadFault) -> UInt64 {
        let bytes = bytes
        var cursor = PayloadCursor(at: -place)
        return try unsafe cursor.little(element.width, bytes.span.bytes)
    }

    private func slot(_ place: Int) throws(PayloadFault) -> ViewSlot {
        let bytes = bytes
        return try unsafe ViewSlot(at: place, bytes.span.bytes)
    }

    /// A packed number is nothing but a number.
    private func checkSlot(_ place: Int, _ name: StaticStringName) throws(PayloadFault) {
        guard place >= 0 else { throw PayloadFault(.typeMismatch(name), at: -place) }
    }
}

extension ViewSource {
    func value(at place: Int) throws(PayloadFault) -> PayloadValue {
        guard place >= 0 else { return try packedValue(place) }
        let slot = try slot(place)
        switch slot.kind {
        case .null: return .null
        case .bool: return .bool(slot.value != 0)
        case .unsigned: return .unsigned(slot.value)
        case .negative: return .integer(try integer(at: place, as: Int64.self))
        case .float: return .float(Float(bitPattern: UInt32(slot.value)))
        case .double: return .double(Double(bitPattern: slot.value))
        case .text: return .text(try text(at: place))
        case .bytes: return .bytes(try bytes(at: place))
        case .list, .numbers:
            var list = try list(at: place)
            var values: [PayloadValue] = []
            while list.index < list.count {
                values.append(try value(at: element(of: &list)))
            }
            return .list(values)
        case .map:
            let map = SourceMap(place: place)
            var entries: [PayloadValue.Entry] = []
            for key in try keys(of: map) {
                guard let child = try child(key, of: map) else { continue }
                entries.append(PayloadValue.Entry(key: key, value: try value(at: child)))
            }
            return .map(entries)
        }
    }

    private func packedValue(_ place: Int) throws(PayloadFault) -> PayloadValue {
        guard element.form == .float else {
            let node = try packed(place)
            return node.kind == .unsigned
                ? .unsigned(node.value) : .integer(try integer(at: place, as: Int64.self))
        }
        return element.width == 8 ? .double(try double(at: place)) : .float(try float(at: place))
    }
}
