import CommyBase
import CommyReactor
import Testing

@Suite struct TimerHeapTests {
    private static func at(_ nanoseconds: Int64) -> MeshInstant {
        MeshInstant(nanoseconds: nanoseconds)
    }

    @Test func `timers of one instant fire in the order in which they were set`() {
        var timers = TimerHeap<Int>()
        for number in 0..<10 { timers.set(at: Self.at(5), number) }
        var fired: [Int] = []
        while let number = timers.pop(at: Self.at(5)) { fired.append(number) }
        #expect(fired == Array(0..<10))
        #expect(timers.next == .never && timers.count == 0)
    }

    @Test func `a cancelled timer does not fire, and is not cancelled twice`() {
        var timers = TimerHeap<String>()
        let first = timers.set(at: Self.at(1), "first")
        timers.set(at: Self.at(2), "second")
        let answers = [timers.cancel(first), timers.cancel(first)]
        #expect(answers == [true, false])
        let fired = [timers.pop(at: Self.at(9)), timers.pop(at: Self.at(9))]
        #expect(fired == ["second", nil])
    }

    @Test func `a token of a timer that has fired does not reach its successor in the slot`() {
        var timers = TimerHeap<String>()
        let first = timers.set(at: Self.at(1), "first")
        let fired = timers.pop(at: Self.at(1))
        #expect(fired == "first")
        timers.set(at: Self.at(2), "second")
        let isCancelled = timers.cancel(first)
        #expect(!isCancelled)
        #expect(timers.next == Self.at(2))
    }

    /// Against a sorted list, over random histories.
    @Test(arguments: 0..<20 as Range<UInt64>) func `it agrees with a sorted list`(_ seed: UInt64) {
        var random = RandomStream(key: RandomKey(seed: seed))
        var timers = TimerHeap<UInt64>()
        var list: [(due: Int64, number: UInt64, token: TimerHeap<UInt64>.Token)] = []
        var now: Int64 = 0
        for number in 0..<3_000 as Range<UInt64> {
            switch random.next() % 4 {
            case 0, 1:
                let due = now + Int64(random.next() % 100)
                let token = timers.set(at: Self.at(due), number)
                let place = list.firstIndex { $0.due > due } ?? list.count
                list.insert((due, number, token), at: place)
            case 2 where !list.isEmpty:
                let gone = list.remove(at: Int(random.next() % UInt64(list.count)))
                let isCancelled = timers.cancel(gone.token)
                #expect(isCancelled)
            case _:
                now += Int64(random.next() % 40)
                while let first = list.first, first.due <= now {
                    list.removeFirst()
                    let fired = timers.pop(at: Self.at(now))
                    #expect(fired == first.number)
                }
                let nothing = timers.pop(at: Self.at(now))
                #expect(nothing == nil)
            }
            #expect(timers.count == list.count)
            #expect(timers.next == list.first.map { Self.at($0.due) } ?? .never)
        }
    }
}
