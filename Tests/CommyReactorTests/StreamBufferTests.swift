import CommyBase
import CommyLinux
import CommyReactor
import Glibc
import Testing

@Suite struct StreamBufferTests {
    /// Against an array, over random histories.
    @Test(arguments: 0..<10 as Range<UInt64>) func `it agrees with an array`(_ seed: UInt64) {
        var random = RandomStream(key: RandomKey(seed: seed))
        var buffer = StreamBuffer(limit: 5_000)
        var model: [UInt8] = []
        for step in 0..<1_000 {
            let size = Int(random.next() % 900)
            if random.next() % 2 == 0 {
                let bytes = [UInt8](repeating: UInt8(truncatingIfNeeded: step), count: size)
                let fits = unsafe buffer.append(bytes.span.bytes)
                #expect(fits == (model.count + size <= 5_000))
                if fits { model += bytes }
            } else {
                let count = min(size, model.count)
                buffer.consume(count)
                model.removeFirst(count)
            }
            let counts = [buffer.count, buffer.freeCount]
            #expect(counts == [model.count, 5_000 - model.count])
            // Whole arrays are compared quickly, element by element not.
            let bytes = unsafe Array(buffer.contents)
            #expect(bytes == model)
        }
    }

    @Test func `it is filled from a stream up to its limit, and says when that ends`() throws {
        let pipe = try FileDescriptor.pipe(flags: O_NONBLOCK)
        var buffer = StreamBuffer(limit: 1_000)
        var seen = [try buffer.fill(from: pipe.readEnd)]
        try pipe.writeEnd.writeAll([UInt8](repeating: 5, count: 1_500))
        seen.append(try buffer.fill(from: pipe.readEnd))
        seen.append(try buffer.fill(from: pipe.readEnd))
        buffer.consume(900)
        seen.append(try buffer.fill(from: pipe.readEnd))
        #expect(seen == [.wouldBlock, .bytes(1_000), .full, .bytes(500)])
        let readEnd = pipe.takeReadEnd()
        let last = try buffer.fill(from: readEnd)
        #expect(last == .ended)
    }
}

@Suite struct SendQueueTests {
    @Test func `congestion begins at the high mark and ends at the low one`() throws {
        let pair = try UnixSocket.pair()
        var queue = SendQueue(limit: 4_000_000, highMark: 2_000_000, lowMark: 1_000)
        let piece = [UInt8](repeating: 1, count: 100_000)
        var states: [Bool] = []
        for _ in 0..<20 {
            let fits = unsafe queue.append(piece.span.bytes)
            #expect(fits)
            states.append(queue.isCongested)
        }
        #expect(states == [Bool](repeating: false, count: 19) + [true])
        let isEmpty = try queue.flush(to: pair.one.descriptor)
        states = [isEmpty, queue.isCongested, queue.count < 2_000_000]
        #expect(states == [false, true, true])
        var buffer = [UInt8](repeating: 0, count: 100_000)
        var received = 0
        while received < 2_000_000 {
            received += try pair.other.descriptor.read(into: &buffer) ?? 0
            _ = try queue.flush(to: pair.one.descriptor)
        }
        states = [queue.isEmpty, queue.isCongested]
        #expect(states == [true, false])
    }

    @Test func `what does not fit under the limit is not taken`() {
        var queue = SendQueue(limit: 10, highMark: 8, lowMark: 2)
        let (seven, four) = ([UInt8](repeating: 1, count: 7), [UInt8](repeating: 1, count: 4))
        let answers = unsafe [queue.append(seven.span.bytes), queue.append(four.span.bytes)]
        let count = queue.count
        #expect(answers == [true, false] && count == 7)
    }
}
