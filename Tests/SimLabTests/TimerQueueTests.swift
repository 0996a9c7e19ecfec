import CommyBase
import Testing

@testable import SimLab

struct TimerQueueTests {
    private func instant(_ nanoseconds: Int64) -> MeshInstant {
        MeshInstant(nanoseconds: nanoseconds)
    }

    @Test func `actions come in the order of their instants`() {
        var queue = TimerQueue<Int>()
        #expect(queue.next == .never && queue.pop(at: instant(.max)) == nil)
        for number in [5, 1, 4, 2, 3] { queue.add(number, at: instant(Int64(number) * 10)) }
        #expect(queue.next == instant(10))
        #expect(queue.pop(at: instant(9)) == nil)
        #expect(queue.pop(at: instant(10)) == 1)
        #expect(queue.pop(at: instant(10)) == nil)
        let rest = (0..<4).map { _ in queue.pop(at: instant(1_000)) }
        #expect(rest == [2, 3, 4, 5])
        #expect(queue.next == .never)
    }

    @Test func `equal instants keep the order of adding`() {
        var queue = TimerQueue<Int>()
        queue.add(100, at: instant(7))
        for number in 0..<5 { queue.add(number, at: instant(5)) }
        queue.add(-1, at: instant(3))
        let order = (0..<7).map { _ in queue.pop(at: instant(7)) }
        #expect(order == [-1, 0, 1, 2, 3, 4, 100])
    }

    @Test func `removed actions never come`() {
        var queue = TimerQueue<Int>()
        for number in 0..<6 { queue.add(number, at: instant(Int64(number))) }
        queue.removeAll { $0 % 2 == 0 }
        #expect(queue.next == instant(1))
        let order = (0..<4).map { _ in queue.pop(at: instant(9)) }
        #expect(order == [1, 3, 5, nil])
    }
}
