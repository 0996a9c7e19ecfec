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
}
