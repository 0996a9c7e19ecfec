/// Walks a message in the zero-copy format once and holds it to its one form: every table and
/// content lies right behind the one before it, so nothing overlaps, nothing is pointed to twice,
/// and the walk takes time in proportion to the bytes.
internal struct ViewCheck {
    private let limits: PayloadLimits
    /// Where the next content must begin.
    private var end = ViewLayout.headerByteCount + ViewLayout.slotByteCount
    private var values = 0

    static func check(
        _ bytes: borrowing RawSpan, _ limits: PayloadLimits
    ) throws(PayloadFault) {
        var cursor = PayloadCursor()
        guard try cursor.u32(bytes) == ViewLayout.magic else {
            throw PayloadFault(.malformed("view magic"), at: 0)
        }
        let count = Int(try cursor.u32(bytes))
        guard count <= bytes.byteCount else { throw PayloadFault(.truncated, at: bytes.byteCount) }
        guard count == bytes.byteCount else { throw PayloadFault(.trailingBytes, at: count) }
        var check = ViewCheck(limits: limits)
        try check.slot(at: ViewLayout.headerByteCount, depth: 0, bytes)
        guard check.end == bytes.byteCount else {
            throw PayloadFault(.trailingBytes, at: check.end)
        }
    }

    private init(limits: PayloadLimits) { self.limits = limits }

    private mutating func slot(
        at offset: Int, depth: Int, _ bytes: borrowing RawSpan
    ) throws(PayloadFault) {
        values += 1
        guard values <= limits.valueCount else {
            throw PayloadFault(.tooLarge("values"), at: offset)
        }
        let slot = try ViewSlot(at: offset, bytes)
        guard slot.code == 0 || slot.kind == .numbers else {
            throw PayloadFault(.malformed("view slot"), at: offset)
        }
        switch slot.kind {
        case .null, .bool, .unsigned, .negative, .float, .double:
            let isInRange =
                switch slot.kind {
                case .null: slot.value == 0
                case .bool: slot.value <= 1
                case .float: slot.value <= UInt64(UInt32.max)
                case .unsigned, .negative, .double, .text, .bytes, .list, .map, .numbers: true
                }
            guard slot.count == 0, isInRange else {
                throw PayloadFault(.malformed("view slot"), at: offset)
            }
        case .text:
            let range = try content(slot, width: 1, at: offset, bytes)
            if let wrong = UTF8Check.firstInvalid(in: range, bytes) {
                throw PayloadFault(.invalidUTF8, at: wrong)
            }
        case .bytes: _ = try content(slot, width: 1, at: offset, bytes)
        case .numbers:
            guard let element = ViewLayout.Element(code: slot.code), slot.count > 0 else {
                throw PayloadFault(.malformed("view numbers"), at: offset)
            }
            values += slot.count
            _ = try content(slot, width: element.width, at: offset, bytes)
        case .list: try list(slot, at: offset, depth, bytes)
        case .map: try map(slot, at: offset, depth, bytes)
        }
    }

    /// Content that must begin at `end`; the bytes up to the next multiple of 8 must be zero.
    private mutating func content(
        _ slot: ViewSlot, width: Int, at offset: Int, _ bytes: borrowing RawSpan
    ) throws(PayloadFault) -> Range<Int> {
        guard slot.value == UInt64(end) else {
            throw PayloadFault(.malformed("view offset"), at: offset)
        }
        let range = try slot.target(width, bytes)
        end = ViewLayout.aligned(range.upperBound)
        var cursor = PayloadCursor(at: range.upperBound)
        for _ in range.upperBound..<end {
            guard try cursor.u8(bytes) == 0 else {
                throw PayloadFault(.malformed("view padding"), at: cursor.offset - 1)
            }
        }
        return range
    }

    private mutating func list(
        _ slot: ViewSlot, at offset: Int, _ depth: Int, _ bytes: borrowing RawSpan
    ) throws(PayloadFault) {
        guard depth < limits.depth else { throw PayloadFault(.tooDeep, at: offset) }
        let table = try content(slot, width: ViewLayout.slotByteCount, at: offset, bytes)
        for element in 0..<slot.count {
            try self.slot(
                at: table.lowerBound + element * ViewLayout.slotByteCount, depth: depth + 1, bytes)
        }
    }

    private mutating func map(
        _ slot: ViewSlot, at offset: Int, _ depth: Int, _ bytes: borrowing RawSpan
    ) throws(PayloadFault) {
        guard depth < limits.depth else { throw PayloadFault(.tooDeep, at: offset) }
        let table = try content(slot, width: ViewLayout.entryByteCount, at: offset, bytes)
        var previous: Range<Int>?
        for position in 0..<slot.count {
            let entry = table.lowerBound + position * ViewLayout.entryByteCount
            let key = try self.key(at: entry, bytes)
            if let previous {
                let order = ByteText.compare(
                    bytes.extracting(previous), bytes.extracting(key))
                guard order != 0 else { throw PayloadFault(.duplicateKey, at: entry) }
                guard order < 0 else { throw PayloadFault(.malformed("view order"), at: entry) }
            }
            previous = key
            try self.slot(at: entry + 8, depth: depth + 1, bytes)
        }
    }

    private mutating func key(
        at entry: Int, _ bytes: borrowing RawSpan
    ) throws(PayloadFault) -> Range<Int> {
        var cursor = PayloadCursor(at: entry)
        let start = Int(try cursor.u32(bytes))
        let count = UInt64(try cursor.u32(bytes))
        guard start == end else { throw PayloadFault(.malformed("view offset"), at: entry) }
        var reader = PayloadCursor(at: start)
        let range = try reader.text(count, bytes)
        end = ViewLayout.aligned(range.upperBound)
        for _ in range.upperBound..<end {
            guard try reader.u8(bytes) == 0 else {
                throw PayloadFault(.malformed("view padding"), at: reader.offset - 1)
            }
        }
        return range
    }
}
