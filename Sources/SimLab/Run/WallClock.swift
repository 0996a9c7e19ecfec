internal import CommyBase
internal import SimModel

/// The page by which one process is shown a wrong wall clock (Sources/CommyClock).
struct WallClock {
    /// The numbers of struct commy_clock_page, each of eight bytes.
    private enum Word {
        static let current = 0
        static let settings = 1
        static let perSetting = 3
        static let wrongReadings = 7
        static let count = 8
        static let bytes = 8
    }

    /// A write into the page, in bytes.
    struct Write: Equatable {
        var offset: Int
        var content: [UInt8]
    }

    static let pathVariable = "COMMY_WALL_CLOCK"

    private var current = 0

    /// A page with the true time.
    static var blank: [UInt8] { [UInt8](repeating: 0, count: Word.count * Word.bytes) }

    /// What sets the clock from `now` (of the machine's monotonic clock) on; nil is the true time.
    /// First the setting that is not in use, then the switch to it.
    mutating func set(_ change: ClockChange?, at now: Int64) -> [Write] {
        current = 1 - current
        let drift = (change?.driftPerMillion ?? 0) * 1_000
        let numbers = [now, change?.offset.nanoseconds ?? 0, Int64(drift)]
        return [
            Write(
                offset: (Word.settings + current * Word.perSetting) * Word.bytes,
                content: numbers.flatMap(Self.bytes)),
            Write(offset: Word.current * Word.bytes, content: Self.bytes(Int64(current))),
        ]
    }

    /// How often a wrong time was read, by a page's bytes.
    static func wrongReadings(_ page: [UInt8]) -> Int64? {
        guard page.count >= Word.count * Word.bytes else { return nil }
        let start = Word.wrongReadings * Word.bytes
        return page[start..<start + Word.bytes].reversed().reduce(0) { $0 << 8 | Int64($1) }
    }

    private static func bytes(_ number: Int64) -> [UInt8] {
        (0..<Word.bytes).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
    }
}
