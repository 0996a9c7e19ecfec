/// One value of a message in the zero-copy format, read where it lies: nothing is copied, and only
/// what is asked for is looked at.
///
/// The bytes are handed in at each call, as with `ByteReader`; they are the whole message. Each
/// access checks what it reads, so any bytes give a value or a `PayloadError`. `checked` looks at
/// the whole message first.
public struct PayloadView: Sendable, Equatable {
    /// Where the value's slot lies.
    internal let offset: Int

    internal init(slot: Int) { offset = slot }

    /// The root, without a look at the rest.
    public init(root bytes: borrowing RawSpan) throws(PayloadError) {
        do throws(PayloadFault) {
            var cursor = PayloadCursor()
            guard try cursor.u32(bytes) == ViewLayout.magic else {
                throw PayloadFault(.malformed("view magic"), at: 0)
            }
            guard try Int(cursor.u32(bytes)) == bytes.byteCount else {
                throw PayloadFault(.truncated, at: bytes.byteCount)
            }
        } catch { throw error.at(nil) }
        offset = ViewLayout.headerByteCount
    }

    /// The root of a message that keeps every rule of the format.
    public static func checked(
        _ bytes: borrowing RawSpan, limits: PayloadLimits = .standard
    ) throws(PayloadError) -> PayloadView {
        do { try ViewCheck.check(bytes, limits) } catch { throw error.at(nil) }
        return PayloadView(slot: ViewLayout.headerByteCount)
    }

    /// The value of this key in a map, or nil when there is none; found by halving.
    public func field(
        _ key: String, _ bytes: borrowing RawSpan
    ) throws(PayloadError) -> PayloadView? {
        do { return try find(key, bytes) } catch { throw error.at(nil, .key(key)) }
    }

    /// An element of a list that is not packed numbers.
    public func element(
        _ index: Int, _ bytes: borrowing RawSpan
    ) throws(PayloadError) -> PayloadView {
        do throws(PayloadFault) {
            let slot = try slot(.list, "list", bytes)
            guard index >= 0, index < slot.count else {
                throw PayloadFault(.missingValue, at: offset)
            }
            let table = try slot.target(ViewLayout.slotByteCount, bytes)
            return PayloadView(slot: table.lowerBound + index * ViewLayout.slotByteCount)
        } catch { throw error.at(nil, .index(index)) }
    }

    /// Elements of a list, entries of a map, bytes of a text; 0 for anything else.
    public func count(_ bytes: borrowing RawSpan) throws(PayloadError) -> Int {
        do { return try ViewSlot(at: offset, bytes).count } catch { throw error.at(nil) }
    }

    public func isNull(_ bytes: borrowing RawSpan) throws(PayloadError) -> Bool {
        do { return try ViewSlot(at: offset, bytes).kind == .null } catch { throw error.at(nil) }
    }

    public func bool(_ bytes: borrowing RawSpan) throws(PayloadError) -> Bool {
        do { return try slot(.bool, "bool", bytes).value != 0 } catch { throw error.at(nil) }
    }

    public func integer<Number: FixedWidthInteger>(
        _ type: Number.Type, _ bytes: borrowing RawSpan
    ) throws(PayloadError) -> Number {
        do { return try number(type, bytes) } catch { throw error.at(nil) }
    }

    public func double(_ bytes: borrowing RawSpan) throws(PayloadError) -> Double {
        do { return try real(bytes) } catch { throw error.at(nil) }
    }

    /// The offsets of a text or byte string.
    public func content(_ bytes: borrowing RawSpan) throws(PayloadError) -> Range<Int> {
        do throws(PayloadFault) {
            let slot = try ViewSlot(at: offset, bytes)
            guard slot.kind == .text || slot.kind == .bytes else {
                throw PayloadFault(.typeMismatch("text"), at: offset)
            }
            return try slot.target(1, bytes)
        } catch { throw error.at(nil) }
    }

    /// A copy of a text.
    public func text(_ bytes: borrowing RawSpan) throws(PayloadError) -> String {
        do { return try string(bytes) } catch { throw error.at(nil) }
    }

    /// The offsets of packed numbers of exactly this type; side by side, little-endian, aligned to
    /// 8 bytes from the begin of the message.
    public func numbers<Number: FixedWidthInteger>(
        _ type: Number.Type, _ bytes: borrowing RawSpan
    ) throws(PayloadError) -> Range<Int> {
        let form: ViewLayout.Element.Form = Number.isSigned ? .signed : .unsigned
        return try packed(ViewLayout.Element(form: form, width: Number.bitWidth / 8), bytes)
    }

    /// The offsets of packed Doubles.
    public func doubles(_ bytes: borrowing RawSpan) throws(PayloadError) -> Range<Int> {
        try packed(ViewLayout.Element(form: .float, width: 8), bytes)
    }

    private func packed(
        _ element: ViewLayout.Element, _ bytes: borrowing RawSpan
    ) throws(PayloadError) -> Range<Int> {
        do throws(PayloadFault) {
            let slot = try slot(.numbers, "numbers", bytes)
            guard slot.code == element.code else {
                throw PayloadFault(.typeMismatch("numbers"), at: offset)
            }
            return try slot.target(element.width, bytes)
        } catch { throw error.at(nil) }
    }
}

extension PayloadView {
    internal func slot(
        _ kind: ViewLayout.Kind, _ name: StaticStringName, _ bytes: borrowing RawSpan
    ) throws(PayloadFault) -> ViewSlot {
        let slot = try ViewSlot(at: offset, bytes)
        guard slot.kind == kind else {
            let isMissing = slot.kind == .null
            throw PayloadFault(isMissing ? .missingValue : .typeMismatch(name), at: offset)
        }
        return slot
    }

    internal func find(
        _ key: String, _ bytes: borrowing RawSpan
    ) throws(PayloadFault) -> PayloadView? {
        let slot = try slot(.map, "map", bytes)
        let table = try slot.target(ViewLayout.entryByteCount, bytes)
        var low = 0
        var high = slot.count
        while low < high {
            let middle = (low + high) / 2
            let entry = table.lowerBound + middle * ViewLayout.entryByteCount
            let range = try Self.key(at: entry, bytes)
            let order = ByteText.compare(bytes.extracting(range), key)
            if order == 0 { return PayloadView(slot: entry + 8) }
            if order < 0 { low = middle + 1 } else { high = middle }
        }
        return nil
    }

    internal static func key(
        at entry: Int, _ bytes: borrowing RawSpan
    ) throws(PayloadFault) -> Range<Int> {
        var cursor = PayloadCursor(at: entry)
        let start = Int(try cursor.u32(bytes))
        let count = UInt64(try cursor.u32(bytes))
        guard start <= bytes.byteCount else {
            throw PayloadFault(.truncated, at: bytes.byteCount)
        }
        var reader = PayloadCursor(at: start)
        return try reader.range(count, bytes)
    }

    internal func number<Number: FixedWidthInteger>(
        _ type: Number.Type, _ bytes: borrowing RawSpan
    ) throws(PayloadFault) -> Number {
        let slot = try ViewSlot(at: offset, bytes)
        var node: TapeNode
        switch slot.kind {
        case .unsigned: node = TapeNode(.unsigned, value: slot.value)
        case .negative: node = TapeNode(.negative, value: slot.value)
        case .null: throw PayloadFault(.missingValue, at: offset)
        case .bool, .float, .double, .text, .bytes, .list, .map, .numbers:
            throw PayloadFault(.typeMismatch("integer"), at: offset)
        }
        guard let number = node.integer(type) else {
            throw PayloadFault(.numberDoesNotFit, at: offset)
        }
        return number
    }

    internal func real(_ bytes: borrowing RawSpan) throws(PayloadFault) -> Double {
        let slot = try ViewSlot(at: offset, bytes)
        switch slot.kind {
        case .double: return Double(bitPattern: slot.value)
        case .float: return Double(Float(bitPattern: UInt32(truncatingIfNeeded: slot.value)))
        case .unsigned: return Double(slot.value)
        case .negative: return -1 - Double(slot.value)
        case .null: throw PayloadFault(.missingValue, at: offset)
        case .bool, .text, .bytes, .list, .map, .numbers:
            throw PayloadFault(.typeMismatch("number"), at: offset)
        }
    }

    internal func string(_ bytes: borrowing RawSpan) throws(PayloadFault) -> String {
        let range = try slot(.text, "text", bytes).target(1, bytes)
        if let wrong = UTF8Check.firstInvalid(in: range, bytes) {
            throw PayloadFault(.invalidUTF8, at: wrong)
        }
        return ByteText.string(bytes.extracting(range))
    }
}
