import Testing

@testable import SimLab

struct PacketPoolTests {
    @Test func `a slot is free after its last reference`() throws {
        var pool = PacketPool(slotBytes: 100)
        let taken = pool.take()
        let handle = try #require(taken)
        pool.retain(handle)
        pool.release(handle)
        let count = pool.takenCount
        #expect(count == 1)
        let other = pool.take()
        #expect(other != nil && other != handle)
        pool.release(handle)
        let countAfter = pool.takenCount
        #expect(countAfter == 1)
        let again = pool.take()
        #expect(again == handle)
    }

    @Test func `slots do not overlap and keep their bytes while the pool grows`() throws {
        var pool = PacketPool(slotBytes: 100)
        var handles: [UInt32] = []
        for number in 0..<600 {
            let taken = pool.take()
            let handle = try #require(taken)
            handles.append(handle)
            let slot = unsafe pool.slot(handle)
            #expect(slot.count == 128, "rounded up to whole cache lines")
            unsafe slot.initializeMemory(as: UInt8.self, repeating: UInt8(number % 251))
            pool.setByteCount(number % 129, of: handle)
        }
        let takenCount = pool.takenCount
        #expect(Set(handles).count == 600 && takenCount == 600)
        for (number, handle) in handles.enumerated() {
            let count = unsafe pool.bytes(of: handle).count
            #expect(count == number % 129)
            let isWhole = unsafe pool.slot(handle).allSatisfy { $0 == UInt8(number % 251) }
            #expect(isWhole)
        }
        for handle in handles { pool.release(handle) }
        let countAtEnd = pool.takenCount
        #expect(countAtEnd == 0)
    }

    @Test func `at its limit the pool gives no more until a slot is free`() throws {
        var pool = PacketPool(slotBytes: 64, memoryLimit: 64 * 600)
        var handles: [UInt32] = []
        while let handle = pool.take() { handles.append(handle) }
        #expect(handles.count == 512, "whole chunks of 256 below the limit")
        pool.release(handles[300])
        let again = pool.take()
        #expect(again == handles[300])
        let beyond = pool.take()
        #expect(beyond == nil)
    }

    @Test func `a slot that nobody holds cannot be used`() async {
        await #expect(processExitsWith: .failure) {
            var pool = PacketPool(slotBytes: 64)
            guard let handle = pool.take() else { return }
            pool.release(handle)
            pool.release(handle)
        }
        await #expect(processExitsWith: .failure) {
            var pool = PacketPool(slotBytes: 64)
            guard let handle = pool.take() else { return }
            pool.release(handle)
            pool.retain(handle)
        }
        await #expect(processExitsWith: .failure) {
            var pool = PacketPool(slotBytes: 64)
            guard let handle = pool.take() else { return }
            pool.setByteCount(65, of: handle)
        }
    }
}
