/// A point in time of the civil world: nanoseconds since 1970-01-01T00:00:00Z, without leap
/// seconds.
///
/// For what people and certificates state as a date, never for spans: this clock may be set.
/// Pure code gets it handed in, like every other time.
public struct WallInstant: Sendable, Hashable, Comparable {
    public var nanosecondsSince1970: Int64

    public init(nanosecondsSince1970: Int64) {
        self.nanosecondsSince1970 = nanosecondsSince1970
    }

    public init(secondsSince1970: Int64) {
        nanosecondsSince1970 = secondsSince1970 * 1_000_000_000
    }

    /// Whole seconds, rounded down.
    public var secondsSince1970: Int64 {
        let (quotient, remainder) = nanosecondsSince1970.quotientAndRemainder(
            dividingBy: 1_000_000_000)
        return remainder < 0 ? quotient - 1 : quotient
    }

    public static func < (left: WallInstant, right: WallInstant) -> Bool {
        left.nanosecondsSince1970 < right.nanosecondsSince1970
    }

    public static func + (instant: WallInstant, span: Duration) -> WallInstant {
        WallInstant(nanosecondsSince1970: instant.nanosecondsSince1970 + span.nanoseconds)
    }

    public static func - (instant: WallInstant, span: Duration) -> WallInstant {
        WallInstant(nanosecondsSince1970: instant.nanosecondsSince1970 - span.nanoseconds)
    }

    /// The span from `earlier` to `later`; negative when they are the other way round.
    public static func - (later: WallInstant, earlier: WallInstant) -> Duration {
        .nanoseconds(later.nanosecondsSince1970 - earlier.nanosecondsSince1970)
    }
}

extension WallInstant: CustomStringConvertible {
    /// RFC 3339 in UTC, to the second: `2026-07-01T12:00:00Z`.
    public var description: String {
        let seconds = secondsSince1970
        let days = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
        let time = seconds - days * 86_400
        let (year, month, day) = Self.date(daysSince1970: days)
        let clock = [time / 3_600, time / 60 % 60, time % 60].map(Self.twoDigits)
        return "\(year)-\(Self.twoDigits(month))-\(Self.twoDigits(day))T"
            + clock.joined(separator: ":") + "Z"
    }

    private static func twoDigits(_ number: Int64) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }

    /// The Gregorian date: H. Hinnant, "chrono-compatible low-level date algorithms",
    /// civil_from_days.
    private static func date(daysSince1970: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = daysSince1970 + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        // Counted from March, so that a leap day is the last of its year.
        let marchMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }
}
