import CommyBase
import CommyWire
import Testing

struct ByteQueueTests {
    @Test func `bytes come out in the order in which they went in`() {
        var queue = ByteQueue(byteLimit: 100)
        var random = RandomStream(key: RandomKey(seed: 3))
        var sent: UInt8 = 0
        var expected: UInt8 = 0
        for _ in 0..<5_000 {
            let count = Int(random.next() % 40)
            let fits = queue.append { writer in
                for index in 0..<count { writer.u8(sent &+ UInt8(index)) }
            }
            #expect(fits || queue.room < count)
            if fits { sent &+= UInt8(count) }
            let taken = min(queue.count, Int(random.next() % 40))
            queue.withUnreadBytes { bytes in
                for index in 0..<taken {
                    let byte = unsafe bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self)
                    #expect(byte == expected &+ UInt8(index))
                }
            }
            queue.consume(taken)
            expected &+= UInt8(taken)
        }
    }

    @Test func `what does not fit leaves no trace`() {
        var queue = ByteQueue(byteLimit: 4)
        #expect(queue.append { $0.u16(1) })
        #expect(!queue.append { $0.u32(1) })
        #expect(queue.count == 2)
        #expect(queue.append { $0.u16(1) })
        #expect(queue.room == 0)
    }

    @Test func `a writer that throws leaves no trace`() {
        var queue = ByteQueue(byteLimit: 4)
        #expect(throws: WireError.truncated) {
            try queue.append { writer throws(WireError) in
                writer.u8(1)
                throw .truncated
            }
        }
        #expect(queue.isEmpty)
    }

    @Test func `more cannot be consumed than there is`() async {
        await #expect(processExitsWith: .failure) {
            var queue = ByteQueue(byteLimit: 4)
            queue.consume(1)
        }
    }
}
