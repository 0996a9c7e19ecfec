public import CommyBase

/// How figures are written in verdicts and reports: exact, short, and the same everywhere.
public enum FigureText {
    /// `99.2%` for 248 of 250. Never `100%` or `0%` unless it is exactly that.
    public static func percent(_ count: Int, of total: Int) -> String {
        guard total > 0 else { return "-" }
        guard count > 0 else { return "0%" }
        guard count < total else { return "100%" }
        let thousandths = (Double(count) / Double(total)) * 100_000
        return decimal(thousandths: min(max(Int(thousandths + 0.5), 1), 99_999)) + "%"
    }

    /// A share between 0 and 1 that somebody has written as a percentage.
    public static func percent(_ share: Double) -> String {
        let millionths = Int(share * 100_000_000 + 0.5)
        return decimal(Int64(millionths), digits: 6) + "%"
    }

    /// `p99.9` for 0.999, `max` for 1.
    public static func quantileName(_ quantile: Double) -> String {
        guard quantile < 1 else { return "max" }
        let text = percent(quantile).dropLast()
        return "p\(text)"
    }

    /// `t+4.213s`: time since the traffic began, in milliseconds rounded down.
    public static func time(_ instant: MeshInstant, since start: MeshInstant) -> String {
        let nanoseconds = (instant - start).nanoseconds
        let milliseconds = nanoseconds.magnitude / 1_000_000
        let fraction = String(1_000 + milliseconds % 1_000).dropFirst()
        return "t\(nanoseconds < 0 ? "-" : "+")\(milliseconds / 1_000).\(fraction)s"
    }

    /// A span for people, with three significant digits from the microsecond up: `4.21ms`, `812ms`.
    public static func span(nanoseconds: Int64) -> String {
        var unit: Int64 = 1
        while nanoseconds.magnitude / UInt64(unit) >= 1_000 { unit *= 10 }
        let half = nanoseconds < 0 ? -unit / 2 : unit / 2
        return Duration.nanoseconds((nanoseconds + half) / unit * unit).shortText
    }

    /// `2,400`.
    public static func count(_ number: Int) -> String {
        let digits = Array(String(number.magnitude))
        var text = number < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return text
    }

    /// `512 B`, `1.5 KiB`, `64 MiB`: at most two digits after the point.
    public static func size(_ bytes: Int64) -> String {
        let units = ["KiB", "MiB", "GiB", "TiB"]
        guard bytes.magnitude >= 1_024 else { return "\(bytes) B" }
        var scale: Int64 = 1_024
        var unit = 0
        while unit + 1 < units.count, Int64(clamping: bytes.magnitude) / scale >= 1_024 {
            scale *= 1_024
            unit += 1
        }
        let hundredths = Int64(Double(bytes) / Double(scale) * 100 + 0.5)
        return "\(decimal(hundredths, digits: 2)) \(units[unit])"
    }

    /// `198.4/s`.
    public static func rate(_ perSecond: Double) -> String {
        "\(decimal(Int64(perSecond * 100 + 0.5), digits: 2))/s"
    }

    /// `7.92 Mbit/s`.
    public static func bitRate(_ bitsPerSecond: Double) -> String {
        var value = bitsPerSecond
        for unit in ["bit/s", "kbit/s", "Mbit/s"] {
            if value < 1_000 { return "\(decimal(Int64(value * 100 + 0.5), digits: 2)) \(unit)" }
            value /= 1_000
        }
        return "\(decimal(Int64(value * 100 + 0.5), digits: 2)) Gbit/s"
    }

    /// `1 request`, `2 requests`.
    public static func count(_ number: Int, _ noun: String) -> String {
        "\(count(number)) \(noun)\(number == 1 ? "" : "s")"
    }

    private static func decimal(thousandths: Int) -> String {
        decimal(Int64(thousandths), digits: 3)
    }

    /// A fixed-point number without zeros at its end.
    private static func decimal(_ value: Int64, digits: Int) -> String {
        var scale: Int64 = 1
        for _ in 0..<digits { scale *= 10 }
        var fraction = String(scale + value % scale).dropFirst()
        while fraction.last == "0" { fraction.removeLast() }
        return fraction.isEmpty ? "\(value / scale)" : "\(value / scale).\(fraction)"
    }
}
