import CommyBase
import CommyWire
import Testing

struct FrameReaderTests {
    private static let stream = SampleFrames.all.filter { $0.bytes.count < 1_000 }
        .flatMap(\.bytes)

    @Test func `frames come out alike in every cut`() throws {
        let whole = try Self.kinds(cutAfter: Self.stream.count)
        #expect(whole.count == SampleFrames.all.count - 1)
        for size in 1..<200 { #expect(try Self.kinds(cutAfter: size) == whole) }
    }

    @Test func `frames come out alike in random cuts`() throws {
        let whole = try Self.kinds(cutAfter: Self.stream.count)
        var random = RandomStream(key: RandomKey(seed: 1))
        for _ in 0..<200 {
            let kinds = try Self.kinds { Int(random.next() % 90) }
            #expect(kinds == whole)
        }
    }

    @Test func `only the begin of one frame is ever held back`() throws {
        var reader = FrameReader()
        let bytes = SampleFrames.all.flatMap(\.bytes)
        let allButOne = Array(bytes.dropLast())
        try unsafe reader.receive(allButOne.span.bytes) { _, _ in }
        #expect(reader.carriedCount == SampleFrames.all[SampleFrames.all.count - 1].bytes.count - 1)
        let last = Array(bytes.suffix(1))
        try unsafe reader.receive(last.span.bytes) { _, _ in }
        #expect(reader.carriedCount == 0)
    }

    @Test func `a length that lies is refused before its bytes come`() {
        var reader = FrameReader()
        let header: [UInt8] = [0, 0, 2, 0, 9, 0, 1, 0, 0, 0, 0, 0]
        #expect(throws: WireError.tooLarge("frame length")) {
            for byte in header {
                let piece = [byte]
                try unsafe reader.receive(piece.span.bytes) { _, _ in }
            }
        }
    }

    @Test func `what the consumer throws comes out`() {
        var reader = FrameReader()
        #expect(throws: WireError.truncated) {
            try unsafe reader.receive(Self.stream.span.bytes) { _, _ throws(WireError) in
                throw .truncated
            }
        }
    }

    private static func kinds(cutAfter size: Int) throws -> [FrameHeader] {
        try kinds { size }
    }

    private static func kinds(_ next: () -> Int) throws -> [FrameHeader] {
        var reader = FrameReader()
        var headers: [FrameHeader] = []
        var offset = 0
        while offset < stream.count {
            let end = min(stream.count, offset + next())
            let piece = Array(stream[offset..<end])
            try unsafe reader.receive(piece.span.bytes) { header, payload in
                #expect(payload.byteCount == header.payloadCount)
                headers.append(header)
            }
            offset = end
        }
        return headers
    }
}
