import CommyBase
import CommyReactor
import Testing

@Suite struct SlotTableTests {
    /// Notes its end.
    private struct Tenant: ~Copyable {
        let number: Int
        let ends: Ends
        deinit { ends.numbers.append(number) }
    }
    private final class Ends { var numbers: [Int] = [] }

    @Test func `a slot names its value, and nothing after that has left`() {
        let ends = Ends()
        var table = SlotTable<Tenant>(limit: 2)
        let one = table.insert(Tenant(number: 1, ends: ends))
        let two = table.insert(Tenant(number: 2, ends: ends))
        var numbers = [table.with(one) { $0.number }, table.isFull ? 2 : nil]
        #expect(numbers == [1, 2])
        var removals = [table.remove(one) != nil]
        #expect(ends.numbers == [1])
        removals.append(table.remove(one) != nil)
        #expect(removals == [true, false])
        let three = table.insert(Tenant(number: 3, ends: ends))
        #expect(three.index == one.index && three != one)
        numbers = [one, two, three].map { slot in table.with(slot) { $0.number } }
        #expect(numbers == [nil, 2, 3])
    }

    @Test func `values that are left end with the table, once each`() {
        let ends = Ends()
        do {
            var table = SlotTable<Tenant>(limit: 100)
            var slots: [Slot] = []
            for number in 0..<50 { slots.append(table.insert(Tenant(number: number, ends: ends))) }
            for number in stride(from: 0, to: 50, by: 2) { _ = table.remove(slots[number]) }
            #expect(ends.numbers == Array(stride(from: 0, to: 50, by: 2)))
            var walked: [Int] = []
            var next = table.slot()
            while let slot = next {
                walked.append(table.with(slot) { $0.number } ?? -1)
                next = table.slot(from: slot.index + 1)
            }
            #expect(walked == Array(stride(from: 1, to: 50, by: 2)))
        }
        #expect(ends.numbers.sorted() == Array(0..<50))
    }

    @Test func `a token gives back its kind and slot`() {
        let slot = Slot(index: .max, generation: 0xff_ffff)
        let token = EventToken(kind: 200, slot: slot)
        #expect(token.kind == 200 && token.slot == slot)
        #expect(EventToken(rawValue: token.rawValue) == token)
    }
}
