/// Reads the parts that self-describing formats are made of; knows the place of each error.
internal struct PayloadCursor {
    private var reader: ByteReader

    init(at offset: Int = 0) { reader = ByteReader(at: offset) }

    var offset: Int { reader.offset }

    func isAtEnd(_ bytes: borrowing RawSpan) -> Bool { reader.isAtEnd(bytes) }
    func remaining(_ bytes: borrowing RawSpan) -> Int { reader.remaining(bytes) }

    func peek(_ bytes: borrowing RawSpan) throws(PayloadFault) -> UInt8 {
        do { return try reader.peek(bytes) } catch { throw truncated }
    }

    mutating func u8(_ bytes: borrowing RawSpan) throws(PayloadFault) -> UInt8 {
        do { return try reader.u8(bytes) } catch { throw truncated }
    }

    mutating func u32(_ bytes: borrowing RawSpan) throws(PayloadFault) -> UInt32 {
        do { return try reader.u32(bytes) } catch { throw truncated }
    }

    mutating func u64(_ bytes: borrowing RawSpan) throws(PayloadFault) -> UInt64 {
        do { return try reader.u64(bytes) } catch { throw truncated }
    }

    /// A number of 1, 2, 4 or 8 bytes, most significant first.
    mutating func big(_ width: Int, _ bytes: borrowing RawSpan) throws(PayloadFault) -> UInt64 {
        do {
            switch width {
            case 1: return UInt64(try reader.u8(bytes))
            case 2: return UInt64(try reader.u16(bytes).byteSwapped)
            case 4: return UInt64(try reader.u32(bytes).byteSwapped)
            // 8, which is the only other width.
            default: return try reader.u64(bytes).byteSwapped
            }
        } catch { throw truncated }
    }

    /// A number of `width` bytes, least significant first.
    mutating func little(_ width: Int, _ bytes: borrowing RawSpan) throws(PayloadFault) -> UInt64 {
        do {
            switch width {
            case 1: return UInt64(try reader.u8(bytes))
            case 2: return UInt64(try reader.u16(bytes))
            case 4: return UInt64(try reader.u32(bytes))
            // 8, which is the only other width.
            default: return try reader.u64(bytes)
            }
        } catch { throw truncated }
    }

    mutating func varint(_ bytes: borrowing RawSpan) throws(PayloadFault) -> UInt64 {
        let start = offset
        do {
            return try reader.varint(bytes)
        } catch WireError.truncated {
            throw truncated
        } catch {
            throw PayloadFault(.malformed("varint"), at: start)
        }
    }

    /// The offsets of the next `count` bytes.
    mutating func range(
        _ count: UInt64, _ bytes: borrowing RawSpan
    ) throws(PayloadFault) -> Range<Int> {
        guard let count = Int(exactly: count) else { throw truncated }
        do { return try reader.range(count, bytes) } catch { throw truncated }
    }

    /// The next `count` bytes, which must be UTF-8.
    mutating func text(
        _ count: UInt64, _ bytes: borrowing RawSpan
    ) throws(PayloadFault) -> Range<Int> {
        let range = try range(count, bytes)
        if let wrong = UTF8Check.firstInvalid(in: range, bytes) {
            throw PayloadFault(.invalidUTF8, at: wrong)
        }
        return range
    }

    var truncated: PayloadFault { PayloadFault(.truncated, at: offset) }
}
