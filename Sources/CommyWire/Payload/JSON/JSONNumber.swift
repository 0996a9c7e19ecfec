/// JSON's numbers (RFC 8259 section 6): integers exactly, everything else as the nearest Double.
internal enum JSONNumber {
    static func parse(
        _ cursor: inout PayloadCursor, _ bytes: borrowing RawSpan
    ) throws(PayloadFault) -> TapeNode {
        let start = cursor.offset
        let isNegative = try cursor.peek(bytes) == 0x2d
        if isNegative { _ = try cursor.u8(bytes) }
        var significand = Significand()
        let first = try digit(&cursor, bytes)
        significand.add(first)
        if first != 0 {
            while let next = nextDigit(&cursor, bytes) { significand.add(next) }
        } else if nextDigit(&cursor, bytes) != nil {
            throw PayloadFault(.malformed("leading zero"), at: start)
        }
        var isInteger = true
        var exponent = 0
        if next(&cursor, bytes, is: [0x2e]) {
            isInteger = false
            significand.add(try digit(&cursor, bytes))
            exponent -= 1
            while let digit = nextDigit(&cursor, bytes) {
                significand.add(digit)
                exponent -= 1
            }
        }
        if next(&cursor, bytes, is: [0x65, 0x45]) {
            isInteger = false
            exponent += try self.exponent(&cursor, bytes)
        }
        if isInteger, !significand.isOverflown,
            let node = integer(significand.value, isNegative)
        {
            return node
        }
        if !significand.isOverflown, let value = exact(significand.value, exponent) {
            return TapeNode(.double, value: (isNegative ? -value : value).bitPattern)
        }
        let text = text(start..<cursor.offset, bytes)
        guard let value = Double(text), value.isFinite else {
            throw PayloadFault(.numberDoesNotFit, at: start)
        }
        return TapeNode(.double, value: value.bitPattern)
    }

    /// Digits as one number, as long as it fits.
    private struct Significand {
        var value: UInt64 = 0
        var isOverflown = false

        mutating func add(_ digit: UInt64) {
            let (product, first) = value.multipliedReportingOverflow(by: 10)
            let (sum, second) = product.addingReportingOverflow(digit)
            if first || second { isOverflown = true }
            value = sum
        }
    }

    private static func integer(_ magnitude: UInt64, _ isNegative: Bool) -> TapeNode? {
        guard isNegative else { return TapeNode(.unsigned, value: magnitude) }
        // -0 is no integer; as a Double it keeps its sign.
        guard magnitude > 0, magnitude <= 1 << 63 else { return nil }
        return TapeNode(.negative, value: magnitude - 1)
    }

    /// Both factors are exact as Doubles, so their product or quotient is rounded once
    /// (Clinger, PLDI 1990).
    private static func exact(_ significand: UInt64, _ exponent: Int) -> Double? {
        guard significand <= 1 << 53, exponent.magnitude <= 22 else { return nil }
        let value = Double(significand)
        let power = powers[Int(exponent.magnitude)]
        return exponent < 0 ? value / power : value * power
    }

    private static let powers: [Double] = (0...22).map { exponent in
        // Each of these has at most 53 significant bits (5^22 < 2^53), so no step rounds.
        (0..<exponent).reduce(1.0) { power, _ in power * 10 }
    }

    /// An exponent; far beyond the range of a Double it stays where it is.
    private static func exponent(
        _ cursor: inout PayloadCursor, _ bytes: borrowing RawSpan
    ) throws(PayloadFault) -> Int {
        let isNegative = next(&cursor, bytes, is: [0x2d])
        if !isNegative { _ = next(&cursor, bytes, is: [0x2b]) }
        var value = Int(try digit(&cursor, bytes))
        while let digit = nextDigit(&cursor, bytes) {
            if value < 100_000 { value = value * 10 + Int(digit) }
        }
        return isNegative ? -value : value
    }

    private static func digit(
        _ cursor: inout PayloadCursor, _ bytes: borrowing RawSpan
    ) throws(PayloadFault) -> UInt64 {
        let byte = try cursor.u8(bytes)
        guard (0x30...0x39).contains(byte) else {
            throw PayloadFault(.malformed("JSON number"), at: cursor.offset - 1)
        }
        return UInt64(byte - 0x30)
    }

    private static func nextDigit(
        _ cursor: inout PayloadCursor, _ bytes: borrowing RawSpan
    ) -> UInt64? {
        var ahead = cursor
        guard !cursor.isAtEnd(bytes), let value = try? digit(&ahead, bytes) else { return nil }
        cursor = ahead
        return value
    }

    private static func next(
        _ cursor: inout PayloadCursor, _ bytes: borrowing RawSpan, is wanted: [UInt8]
    ) -> Bool {
        var ahead = cursor
        guard let byte = try? ahead.u8(bytes), wanted.contains(byte) else { return false }
        cursor = ahead
        return true
    }

    private static func text(_ range: Range<Int>, _ bytes: borrowing RawSpan) -> String {
        ByteText.string(bytes.extracting(range))
    }
}
