import CommyBase
import Testing

@testable import CommyMesh

struct DeadlineHeapTests {
    @Test(arguments: UInt64(0)..<20)
    func `it gives numbers in the order of their deadlines`(_ seed: UInt64) {
        var heap = DeadlineHeap()
        var model: [UInt32: MeshInstant] = [:]
        var random = RandomStream(key: RandomKey(seed: seed))
        var now = MeshInstant.zero
        for _ in 0..<1_000 {
            let number = UInt32(random.below(40))
            switch random.below(4) {
            case 0, 1:
                let at = now + .nanoseconds(Int64(random.below(500)))
                heap.set(number, at: at)
                model[number] = at
            case 2:
                heap.remove(number)
                model[number] = nil
            default:
                now = now + .nanoseconds(Int64(random.below(60)))
                while let due = heap.popDue(at: now) {
                    let earliest = model.min { ($0.value, $0.key) < ($1.value, $1.key) }
                    #expect(earliest?.key == due)
                    model[due] = nil
                }
                #expect(model.values.allSatisfy { $0 > now })
            }
            heap.checkInvariants()
            #expect(heap.first == model.values.min() ?? .never)
            #expect(heap.deadline(of: number) == model[number] ?? .never)
        }
    }
}
