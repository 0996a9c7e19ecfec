import CommyBase
import CommyWire
import Testing

struct FrameTests {
    @Test(arguments: SampleFrames.all)
    func `a frame is read as it was written`(_ sample: SampleFrames.Sample) throws {
        let frames = try Self.frames(in: sample.bytes)
        #expect(frames.map(\.frame) == [sample.frame])
        #expect(frames.map(\.header.stream) == [sample.stream])
        #expect(frames.map(\.header.flags) == [sample.flags])
    }

    @Test(arguments: SampleFrames.all.filter { $0.bytes.count < 1_000 })
    func `a payload that ends early is refused at every length`(
        _ sample: SampleFrames.Sample
    ) throws {
        let whole = sample.bytes
        let header = try Self.header(whole)
        switch sample.frame {
        case .data, .end, .swim, .catalog, .trust, .control, .controlReply, .event: return
        case .hello, .helloOK, .goAway, .ping, .pong, .credit, .open, .head, .reset: break
        }
        for count in 0..<header.payloadCount {
            let payload = Array(whole[12..<12 + count])
            #expect(throws: WireError.self) {
                try unsafe Frame(header, payload.span.bytes)
            }
        }
    }

    @Test(arguments: SampleFrames.all.filter { $0.bytes.count < 1_000 })
    func `bytes behind a payload are refused`(_ sample: SampleFrames.Sample) throws {
        switch sample.frame {
        case .data, .end, .swim, .catalog, .trust, .control, .controlReply, .event: return
        case .hello, .helloOK, .goAway, .ping, .pong, .credit, .open, .head, .reset: break
        }
        let header = try Self.header(sample.bytes)
        let payload = Array(sample.bytes[12...]) + [0]
        #expect(throws: WireError.invalid("trailing bytes")) {
            try unsafe Frame(header, payload.span.bytes)
        }
    }

    @Test(
        arguments: [
            ([0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0], WireError.invalid("frame kind")),
            ([0, 0, 0, 0, 18, 0, 1, 0, 0, 0, 0, 0], .invalid("frame kind")),
            ([0, 0, 0, 0, 10, 1, 1, 0, 0, 0, 0, 0], .invalid("frame flags")),
            ([1, 0, 0, 0, 9, 2, 1, 0, 0, 0, 0, 0], .invalid("frame flags")),
            ([1, 0, 1, 0, 9, 0, 1, 0, 0, 0, 0, 0], .tooLarge("frame length")),
            ([255, 255, 255, 255, 9, 0, 1, 0, 0, 0, 0, 0], .tooLarge("frame length")),
            ([0, 0, 0, 0, 9, 0, 1, 0, 0, 0, 0, 0], .invalid("frame length")),
            ([15, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0], .invalid("frame length")),
            ([1, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0], .invalid("stream")),
            ([16, 0, 0, 0, 4, 0, 1, 0, 0, 0, 0, 0], .invalid("stream")),
            ([16, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 1], .invalid("stream")),
        ] as [([UInt8], WireError)])
    func `a header that breaks a rule is refused without its payload`(
        _ bytes: [UInt8], _ error: WireError
    ) {
        #expect(throws: error) { try Self.header(bytes) }
    }

    @Test func `a stream's number has 48 bits, the low ones first`() throws {
        let greatest = try Self.header([0, 0, 0, 0, 10, 0, 255, 255, 255, 255, 255, 255])
        #expect(greatest.stream == StreamID(StreamID.greatest))
        #expect(greatest.stream.next == nil)
        let header = try Self.header([0, 0, 0, 0, 10, 0, 1, 2, 3, 4, 5, 6])
        #expect(header.stream == StreamID(0x0605_0403_0201))
        #expect(header.stream.next == StreamID(0x0605_0403_0203))
    }

    @Test func `a farewell that names a number beyond them is refused`() throws {
        var payload: [UInt8] = [0xed, 3, 255, 255, 255, 255, 255, 255, 0, 0, 0]
        let farewell = try unsafe GoAwayFrame(decoding: payload.span.bytes)
        #expect(farewell.lastAccepted == StreamID(StreamID.greatest))
        payload[8] = 1
        #expect(throws: WireError.invalid("last accepted")) {
            try unsafe GoAwayFrame(decoding: payload.span.bytes)
        }
    }

    @Test func `an end flag and END say the same`() {
        #expect(FrameHeader(kind: .end, stream: StreamID(1), payloadCount: 0).endsStream)
        #expect(
            FrameHeader(kind: .data, flags: .end, stream: StreamID(1), payloadCount: 1).endsStream)
        #expect(!FrameHeader(kind: .data, stream: StreamID(1), payloadCount: 1).endsStream)
    }

    @Test func `the detail of an error is cut at a whole character`() {
        let long = String(repeating: "\u{e4}", count: 300)
        let reset = ResetFrame(code: .internal, detail: "x" + long)
        #expect(reset.detail == "x" + String(long.prefix(255)))
    }

    @Test func `versions agree on the highest in common`() {
        #expect(ProtocolVersion.agreed(1...3, 2...7) == 3)
        #expect(ProtocolVersion.agreed(1...1, 2...7) == nil)
    }

    @Test func `metadata that cannot be sent is refused when it is added`() throws {
        var metadata = Metadata()
        #expect(throws: CommyError.self) { try metadata.append(key: "A b", value: "") }
        let long = String(repeating: "x", count: WireLimits.metadataValue)
        #expect(throws: CommyError.self) { try metadata.append(key: "a", value: long + "x") }
        for _ in 0..<3 { try metadata.append(key: "a", value: long) }
        #expect(throws: CommyError.self) {
            for _ in 0..<2 { try metadata.append(key: "a", value: long) }
        }
        #expect(metadata.entries.count == 3)
    }

    static func header(_ bytes: [UInt8]) throws(WireError) -> FrameHeader {
        try unsafe FrameHeader(decoding: bytes.span.bytes)
    }

    static func frames(
        in bytes: [UInt8]
    ) throws(WireError) -> [(header: FrameHeader, frame: Frame)] {
        var frames: [(header: FrameHeader, frame: Frame)] = []
        var reader = FrameReader()
        try unsafe reader.receive(bytes.span.bytes) { header, payload throws(WireError) in
            frames.append((header, try Frame(header, payload)))
        }
        return frames
    }
}
