import CommyBase
import CommyWire
import Testing

struct OpenLayoutTests {
    @Test func `a relay finds what it needs without reading the rest`() throws {
        var writer = ByteWriter()
        SampleFrames.fullOpen.encode(into: &writer)
        let layout = try unsafe OpenLayout(decoding: writer.bytes.span.bytes)
        #expect(writer.bytes[layout.service].elementsEqual("orders".utf8))
        #expect(writer.bytes[layout.method].elementsEqual("place".utf8))
        #expect(layout.fixed.remaining == .milliseconds(500))
        #expect(layout.fixed.instance == SampleFrames.fullOpen.instance)
        #expect(layout.fixed.trace == SampleFrames.fullOpen.trace)
        #expect(layout.fixed.options == .idempotent)
    }

    @Test func `the numbers that a relay changes can be overwritten in place`() throws {
        var writer = ByteWriter()
        SampleFrames.fullOpen.encode(into: &writer)
        writer.patchU64(7, at: OpenLayout.remainingOffset)
        writer.patchU8(2, at: OpenLayout.attemptOffset)
        writer.patchU8(3, at: OpenLayout.hopsOffset)
        writer.patchU64(9, at: OpenLayout.instanceOffset)
        writer.patchU32(4, at: OpenLayout.instanceOffset + 8)
        var expected = SampleFrames.fullOpen
        expected.remaining = .nanoseconds(7)
        expected.attempt = 2
        expected.hops = 3
        expected.instance = InstanceID(node: NodeID(value: 9), number: 4)
        #expect(try unsafe OpenFrame(decoding: writer.bytes.span.bytes) == expected)
    }

    @Test(arguments: [
        (0x80, at: 7, "remaining"), (8, at: 49, "priority"), (8, at: 53, "options"),
        (1, at: 54, "reserved"), (0x4f, at: 69, "service"), (0x20, at: 76, "method"),
    ])
    func `a field that breaks its rule is refused`(
        _ byte: UInt8, at offset: Int, _ field: String
    ) {
        var writer = ByteWriter()
        SampleFrames.fullOpen.encode(into: &writer)
        writer.patchU8(byte, at: offset)
        let error = #expect(throws: WireError.self) {
            try unsafe OpenLayout(decoding: writer.bytes.span.bytes)
        }
        #expect("\(String(describing: error))".contains(field))
        #expect(throws: WireError.self) {
            try unsafe OpenFrame(decoding: writer.bytes.span.bytes)
        }
    }

    @Test func `a trace whose number is zero is refused`() {
        var writer = ByteWriter()
        SampleFrames.fullOpen.encode(into: &writer)
        writer.patchU64(0, at: 40)
        #expect(throws: WireError.invalid("trace context")) {
            try unsafe OpenFrame(decoding: writer.bytes.span.bytes)
        }
    }

    private static func below(_ limit: Int, _ random: inout RandomStream) -> Int {
        Int(random.next() % UInt64(limit))
    }

    /// Whoever passes a frame on answers for it: what a relay lets through, its reader takes.
    @Test func `a relay and a reader accept the same frames`() {
        var random = RandomStream(key: RandomKey(seed: 4))
        var writer = ByteWriter()
        SampleFrames.fullOpen.encode(into: &writer)
        let sample = writer.bytes
        var accepted = 0
        var refused = 0
        for _ in 0..<20_000 {
            var bytes = sample
            for _ in 0...Self.below(2, &random) {
                let place = Self.below(bytes.count, &random)
                switch Self.below(4, &random) {
                case 0: bytes[place] = UInt8(Self.below(256, &random))
                case 1: bytes.remove(at: place)
                case 2: bytes.insert(UInt8(Self.below(256, &random)), at: place)
                case _: bytes[place] ^= 1 << UInt8(Self.below(8, &random))
                }
            }
            let layout = try? unsafe OpenLayout(decoding: bytes.span.bytes)
            let open = try? unsafe OpenFrame(decoding: bytes.span.bytes)
            #expect((layout == nil) == (open == nil), "\(bytes)")
            if open == nil { refused += 1 } else { accepted += 1 }
        }
        #expect(accepted > 1_000 && refused > 1_000)
    }

    @Test func `a relay finds the failure of a HEAD, and accepts what its reader accepts`() {
        var random = RandomStream(key: RandomKey(seed: 5))
        for _ in 0..<20_000 {
            var bytes: [UInt8] = []
            for _ in 0..<Self.below(9, &random) {
                bytes.append([0, 0, 0, 1, 2, 0x61, 0xff][Self.below(7, &random)])
            }
            let failure = Result { () throws(WireError) in
                try unsafe HeadFrame.failure(checking: bytes.span.bytes)
            }
            let head = Result { () throws(WireError) in
                try unsafe HeadFrame(decoding: bytes.span.bytes).failure
            }
            #expect(failure == head, "\(bytes)")
        }
    }
}
