/// Rates as reports write them, with about three significant digits.
enum RateText {
    /// `200/s`, `15.4/s`, `0.25/s`.
    static func perSecond(_ rate: Double) -> String { "\(number(rate))/s" }

    /// `1.2 Mbit/s`.
    static func bits(_ bitsPerSecond: Double) -> String {
        let units: [(size: Double, name: String)] = [(1e9, "Gbit"), (1e6, "Mbit"), (1e3, "kbit")]
        for unit in units where bitsPerSecond >= unit.size {
            return "\(number(bitsPerSecond / unit.size)) \(unit.name)/s"
        }
        return "\(number(bitsPerSecond)) bit/s"
    }

    /// `6.0 MiB`.
    static func bytes(_ bytes: Int64) -> String {
        let units: [(size: Double, name: String)] = [
            (1_073_741_824, "GiB"), (1_048_576, "MiB"), (1_024, "KiB"),
        ]
        for unit in units where Double(bytes) >= unit.size {
            return "\(number(Double(bytes) / unit.size)) \(unit.name)"
        }
        return "\(bytes) B"
    }

    /// No decimals from 100 up, one from 10 up, two below; no zeros at the end.
    static func number(_ value: Double) -> String {
        guard value.isFinite else { return "-" }
        let digits = value >= 100 ? 0 : value >= 10 ? 1 : 2
        let scale = [1, 10, 100][digits]
        let scaled = Int64((value * Double(scale)).rounded())
        let whole = scaled / Int64(scale)
        var fraction = String(Int64(scale) + scaled % Int64(scale)).dropFirst()
        while fraction.last == "0" { fraction.removeLast() }
        return fraction.isEmpty ? "\(whole)" : "\(whole).\(fraction)"
    }
}
