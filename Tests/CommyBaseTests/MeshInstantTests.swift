import CommyBase
import Testing

struct MeshInstantTests {
    @Test func `a span that somebody else chose ends before never at the latest`() {
        let now = MeshInstant(nanoseconds: 5)
        let last = MeshInstant(nanoseconds: .max - 1)
        #expect(now.later(by: .nanoseconds(7)) == MeshInstant(nanoseconds: 12))
        #expect(now.later(by: .nanoseconds(-7)) == MeshInstant(nanoseconds: -2))
        #expect(now.later(by: .nanoseconds(Int64.max - 6)) == last)
        #expect(now.later(by: .nanoseconds(Int64.max)) == last)
        #expect(now.later(by: .seconds(Int64.max)) == last)
        #expect(now.later(by: .seconds(Int64.min)) == MeshInstant(nanoseconds: .min))
        #expect(MeshInstant.never.later(by: .zero) == last)
    }
}
