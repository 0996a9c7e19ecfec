/// Names one request from its first attempt to its last answer, on every node that it passes.
public struct CorrelationID: Sendable, Hashable, Comparable, CustomStringConvertible {
    public let high: UInt64
    public let low: UInt64

    @inlinable
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Draws one; a stream of randomness that is the caller's own makes it unique.
    public init(drawingFrom random: inout some RandomNumberGenerator) {
        high = random.next()
        low = random.next()
    }

    /// Reads 32 hexadecimal digits, lower case.
    public init?(_ text: String) {
        guard let (high, low) = LowerHex.pair(text.utf8[...]) else { return nil }
        self.init(high: high, low: low)
    }

    /// 32 hexadecimal digits.
    public var description: String { LowerHex.text(high) + LowerHex.text(low) }

    public static func < (left: CorrelationID, right: CorrelationID) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }
}

/// Lower-case hexadecimal digits of full width, as W3C trace context writes its numbers.
internal enum LowerHex {
    static func text(_ value: UInt64, digits: Int = 16) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
    }

    /// Exactly the value of these digits; nil when one is none, or upper case, or above 16.
    static func value(_ digits: Substring.UTF8View) -> UInt64? {
        guard !digits.isEmpty, digits.count <= 16 else { return nil }
        var value: UInt64 = 0
        for digit in digits {
            switch digit {
            case 0x30...0x39: value = value << 4 | UInt64(digit - 0x30)
            case 0x61...0x66: value = value << 4 | UInt64(digit - 0x61 + 10)
            // Everything else is no lower-case digit.
            default: return nil
            }
        }
        return value
    }

    /// 32 digits as two numbers.
    static func pair(_ digits: Substring.UTF8View) -> (UInt64, UInt64)? {
        guard digits.count == 32, let high = value(digits.prefix(16)),
            let low = value(digits.suffix(16))
        else { return nil }
        return (high, low)
    }
}
