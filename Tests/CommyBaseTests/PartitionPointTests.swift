import CommyBase
import Testing

struct PartitionPointTests {
    @Test(arguments: 0...9)
    func `it is the place that a walk from the front finds`(_ count: Int) {
        // Every number twice, so that the first of equals is what counts.
        let list = (0..<count).map { $0 / 2 * 2 }
        for sought in -1...count + 1 {
            let walked = list.firstIndex { $0 >= sought } ?? list.count
            #expect(list.partitionPoint { $0 < sought } == walked)
        }
    }

    @Test func `places of a slice are those of its array`() {
        #expect([1, 2, 3, 4, 5][2...].partitionPoint { $0 < 1 } == 2)
        #expect([1, 2, 3, 4, 5][2...].partitionPoint { $0 < 5 } == 4)
        #expect([1, 2, 3, 4, 5][2...].partitionPoint { $0 < 9 } == 5)
    }
}
