/// How the zero-copy format lies in memory; PROTOCOL.md has the picture.
///
/// Everything is aligned to 8 bytes from the begin of the message. A slot is 16 bytes: kind,
/// element
/// code, two zero bytes, a count in 4 bytes, and 8 bytes that are the value or the offset of what
/// it
/// points to. Content follows in depth-first order without gaps, so a message has exactly one form
/// and nothing in it is pointed to twice.
internal enum ViewLayout {
    /// `CMV1`.
    static let magic: UInt32 = 0x3156_4d43
    /// Magic and byte count; the root's slot follows.
    static let headerByteCount = 8
    static let slotByteCount = 16
    /// Offset and count of the key, then a slot.
    static let entryByteCount = 24

    enum Kind: UInt8 {
        case null = 0
        case bool = 1
        case unsigned = 2
        /// The number is -1 - value.
        case negative = 3
        case float = 4
        case double = 5
        case text = 6
        case bytes = 7
        /// Slots, one for each element.
        case list = 8
        /// Entries, sorted by the bytes of their keys.
        case map = 9
        /// Numbers of one type, side by side.
        case numbers = 10
    }

    /// The type of packed numbers: how many bytes, and how to read them.
    struct Element: Equatable {
        enum Form: UInt8 {
            case unsigned = 0
            case signed = 1
            case float = 2
        }
        let form: Form
        /// 1, 2, 4 or 8; 4 or 8 for floats.
        let width: Int

        init(form: Form, width: Int) {
            self.form = form
            self.width = width
        }

        /// Nil for a code that means nothing.
        init?(code: UInt8) {
            guard code & 0x0f <= 3, let form = Form(rawValue: code >> 4) else { return nil }
            let width = 1 << Int(code & 0x0f)
            guard form != .float || width >= 4 else { return nil }
            self.form = form
            self.width = width
        }

        var code: UInt8 { form.rawValue << 4 | UInt8(width.trailingZeroBitCount) }
    }

    static func aligned(_ count: Int) -> Int { (count + 7) & ~7 }
}

/// One slot, as it was read.
internal struct ViewSlot {
    let kind: ViewLayout.Kind
    let code: UInt8
    let count: Int
    let value: UInt64

    init(at offset: Int, _ bytes: borrowing RawSpan) throws(PayloadFault) {
        var cursor = PayloadCursor(at: offset)
        let word = try cursor.u32(bytes)
        guard let kind = ViewLayout.Kind(rawValue: UInt8(truncatingIfNeeded: word)),
            word >> 16 == 0
        else { throw PayloadFault(.malformed("view slot"), at: offset) }
        self.kind = kind
        code = UInt8(truncatingIfNeeded: word >> 8)
        count = Int(try cursor.u32(bytes))
        value = try cursor.u64(bytes)
    }

    /// The offsets of what it points to, `width` bytes for each of its count; they must be there.
    func target(_ width: Int, _ bytes: borrowing RawSpan) throws(PayloadFault) -> Range<Int> {
        let available = UInt64(bytes.byteCount)
        let (needed, isOverflown) = UInt64(count).multipliedReportingOverflow(by: UInt64(width))
        guard !isOverflown, value <= available, needed <= available - value else {
            throw PayloadFault(.truncated, at: bytes.byteCount)
        }
        return Int(value)..<Int(value + needed)
    }
}
