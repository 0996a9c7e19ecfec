/// Values out of bytes without names, read front to back as types ask for them.
///
/// There is only one place, the next byte; the places that the protocol speaks of mean nothing.
internal final class PositionalSource: PayloadSource {
    static let isPositional = true
    let limits: PayloadLimits
    private let bytes: [UInt8]
    private let isCompact: Bool
    private var cursor = PayloadCursor()
    private var shape = PositionalShape()
    /// Values that may still be read.
    private var budget: Int
    /// The dictionaries that were opened, with the keys that are still to come, last first.
    private var dictionaries: [[String]] = []

    init(_ bytes: [UInt8], isCompact: Bool, _ limits: PayloadLimits) {
        self.bytes = bytes
        self.isCompact = isCompact
        self.limits = limits
        budget = limits.valueCount
    }

    /// Checks what stands behind the value.
    func finish() throws(PayloadFault) {
        let start = cursor.offset
        let isSame =
            isCompact
            ? try little(2) == UInt64(shape.folded) : try little(4) == UInt64(shape.full)
        guard isSame else { throw PayloadFault(.shapeMismatch, at: start) }
        guard cursor.offset == bytes.count else {
            throw PayloadFault(.trailingBytes, at: cursor.offset)
        }
    }

    func map(at place: Int, isOpen: Bool) throws(PayloadFault) -> SourceMap {
        try spend(1)
        guard isOpen else { return SourceMap(place: 0) }
        let count = try count()
        try spend(count)
        var keys: [String] = []
        for _ in 0..<count {
            let start = cursor.offset
            let key = try name()
            // A text compares by its scalars' canonical form; only its bytes tell all keys apart.
            if let last = keys.last {
                guard last.utf8.lexicographicallyPrecedes(key.utf8) else {
                    throw PayloadFault(
                        last == key ? .duplicateKey : .malformed("key order"), at: start)
                }
            }
            keys.append(key)
        }
        dictionaries.append(keys.reversed())
        return SourceMap(place: dictionaries.count - 1, count: count, isOpen: true)
    }

    func keys(of map: SourceMap) throws(PayloadFault) -> [String] {
        if map.isOpen { return dictionaries[map.place].reversed() }
        // An enum asks which case it is; the name comes next.
        let start = cursor
        defer { cursor = start }
        return [try name()]
    }

    func child(_ key: String, of map: SourceMap) throws(PayloadFault) -> Int? {
        guard map.isOpen else {
            shape.mix(key)
            return 0
        }
        guard let next = dictionaries[map.place].last, next.utf8.elementsEqual(key.utf8) else {
            return nil
        }
        dictionaries[map.place].removeLast()
        return 0
    }

    func optionalChild(_ key: String, of map: SourceMap) throws(PayloadFault) -> Int? {
        guard try child(key, of: map) != nil, try isPresent(at: 0) else { return nil }
        return 0
    }

    func variantChild(_ key: String, of map: SourceMap) throws(PayloadFault) -> Int? {
        guard try child(key, of: map) != nil else { return nil }
        if map.isOpen { return 0 }
        return try name().utf8.elementsEqual(key.utf8) ? 0 : nil
    }

    func list(at place: Int) throws(PayloadFault) -> SourceList {
        try spend(1)
        let count = try count()
        try spend(count)
        return SourceList(count: count, next: 0)
    }

    func element(of list: inout SourceList) throws(PayloadFault) -> Int {
        list.index += 1
        return 0
    }

    func isNextNull(of list: SourceList) throws(PayloadFault) -> Bool { try isNull(at: 0) }

    func isNull(at place: Int) throws(PayloadFault) -> Bool {
        throw PayloadFault(.notRepresentable("null in a format without names"))
    }

    func isPresent(at place: Int) throws(PayloadFault) -> Bool { try bool(at: place) }

    func bool(at place: Int) throws(PayloadFault) -> Bool {
        switch try little(1) {
        case 0: return false
        case 1: return true
        // A byte of another value is no answer.
        default: throw PayloadFault(.malformed("bool"), at: cursor.offset - 1)
        }
    }

    func integer<Number: FixedWidthInteger>(
        at place: Int, as type: Number.Type
    ) throws(PayloadFault) -> Number {
        let bytes = bytes
        let start = cursor.offset
        guard isCompact else {
            return Number(truncatingIfNeeded: try little(Number.bitWidth / 8))
        }
        let bits = try unsafe cursor.varint(bytes.span.bytes)
        let number: Number? =
            Number.isSigned
            ? Number(exactly: Int64(bitPattern: bits >> 1) ^ -Int64(bitPattern: bits & 1))
            : Number(exactly: bits)
        guard let number else { throw PayloadFault(.numberDoesNotFit, at: start) }
        return number
    }

    func float(at place: Int) throws(PayloadFault) -> Float {
        Float(bitPattern: UInt32(try little(4)))
    }

    func double(at place: Int) throws(PayloadFault) -> Double {
        Double(bitPattern: try little(8))
    }

    func text(at place: Int) throws(PayloadFault) -> String { try name() }

    func bytes(at place: Int) throws(PayloadFault) -> [UInt8] {
        let bytes = bytes
        let count = try count()
        let range = try unsafe cursor.range(UInt64(count), bytes.span.bytes)
        return Array(bytes[range])
    }

    func value(at place: Int) throws(PayloadFault) -> PayloadValue {
        throw PayloadFault(.notRepresentable("a value of any kind without names"))
    }

    func offset(of place: Int) -> Int { cursor.offset }

    private func name() throws(PayloadFault) -> String {
        let bytes = bytes
        let count = try count()
        let range = try unsafe cursor.text(UInt64(count), bytes.span.bytes)
        return unsafe ByteText.string(bytes.span.bytes.extracting(range))
    }

    private func count() throws(PayloadFault) -> Int {
        let bytes = bytes
        let start = cursor.offset
        let count = isCompact ? try unsafe cursor.varint(bytes.span.bytes) : try little(4)
        guard count <= UInt64(limits.byteCount) else {
            throw PayloadFault(.tooLarge("count"), at: start)
        }
        return Int(count)
    }

    private func spend(_ count: Int) throws(PayloadFault) {
        guard count <= budget else { throw PayloadFault(.tooLarge("values"), at: cursor.offset) }
        budget -= count
    }

    private func little(_ width: Int) throws(PayloadFault) -> UInt64 {
        let bytes = bytes
        return try unsafe cursor.little(width, bytes.span.bytes)
    }
}
