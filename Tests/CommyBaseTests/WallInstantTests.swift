import CommyBase
import Testing

@Suite struct WallInstantTests {
    @Test(arguments: [
        (0 as Int64, "1970-01-01T00:00:00Z"), (-1 as Int64, "1969-12-31T23:59:59Z"),
        (951_782_399 as Int64, "2000-02-28T23:59:59Z"),
        (951_782_400 as Int64, "2000-02-29T00:00:00Z"),
        (1_782_900_000 as Int64, "2026-07-01T10:00:00Z"),
        (4_107_542_400 as Int64, "2100-03-01T00:00:00Z"),
        (-2_203_891_201 as Int64, "1900-02-28T23:59:59Z"),
        (-2_203_891_200 as Int64, "1900-03-01T00:00:00Z"),
    ]) func `a date is that of the Gregorian calendar`(_ seconds: Int64, _ text: String) {
        #expect(WallInstant(secondsSince1970: seconds).description == text)
    }

    @Test func `whole seconds are rounded down, also before 1970`() {
        #expect(WallInstant(nanosecondsSince1970: 1_999_999_999).secondsSince1970 == 1)
        #expect(WallInstant(nanosecondsSince1970: -1).secondsSince1970 == -1)
        #expect(WallInstant(nanosecondsSince1970: -1_000_000_000).secondsSince1970 == -1)
    }
}
