internal import CommyBase
internal import CommyWire

extension FuzzTarget {
    /// A link's bytes: cut into frames alike in every cut, and written again as they were.
    static let frames = FuzzTarget(
        name: "frames", seeds: FuzzSamples.frames,
        words: (0...18).map { [$0, 0, 0, 0] }
            + [[0, 0, 1, 0], [16, 0, 0, 0], [255, 255, 255, 255, 255, 255]]
    ) { input in
        let whole = FrameRun(input, cutAfter: input.count)
        // The first byte, which is the low one of a length, chooses the cut.
        let size = 1 + Int(input.first ?? 0) % 40
        let pieces = FrameRun(input, cutAfter: size)
        guard whole == pieces else { return "cut after every \(size) bytes, it reads otherwise" }
        guard input.starts(with: whole.written) else { return "written again, it is other bytes" }
        guard whole.heldBack < FrameHeader.byteCount + WireLimits.framePayload else {
            return "\(whole.heldBack) bytes are held back"
        }
        return nil
    }

    /// Where a relay finds the parts of an OPEN: it takes exactly what `OpenFrame` takes.
    static let openLayout = FuzzTarget(
        name: "open", seeds: FuzzSamples.opens, words: [[0], [63], [255, 1], [128, 4]]
    ) { input in
        let frame: OpenFrame
        do {
            frame = try unsafe OpenFrame(decoding: input.span.bytes)
        } catch {
            let layout = try? unsafe OpenLayout(decoding: input.span.bytes)
            return layout == nil ? nil : "a relay passes on what its reader refuses"
        }
        do {
            let layout = try unsafe OpenLayout(decoding: input.span.bytes)
            guard input[layout.service].elementsEqual(frame.service.text.utf8),
                input[layout.method].elementsEqual(frame.method.text.utf8),
                layout.fixed.remaining == frame.remaining, layout.fixed.trace == frame.trace,
                layout.fixed.instance == frame.instance
            else { return "layout and frame differ" }
        } catch {
            return "a frame without a layout: \(error)"
        }
        var writer = ByteWriter()
        frame.encode(into: &writer)
        return writer.bytes == input ? nil : "written again, it is other bytes"
    }

    static let traceContext = FuzzTarget(
        name: "traceparent",
        seeds: [
            Array("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".utf8),
            Array("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-05-more".utf8),
        ], words: [[0x2d], Array("00".utf8), Array("ff".utf8)]
    ) { input in
        guard let text = String(validating: input, as: UTF8.self),
            let context = TraceContext(traceparent: text)
        else { return nil }
        return TraceContext(traceparent: context.description) == context
            ? nil : "\(context) is not read as it is written"
    }

    static let traceState = FuzzTarget(
        name: "tracestate",
        seeds: [
            Array("rojo=00f067aa0ba902b7, congo@eu=t61rcWkgMzE".utf8), Array("a=1,,b= 2".utf8),
        ],
        words: [[0x2c], [0x3d], [0x20], [0x09], [0x40]]
    ) { input in
        guard let text = String(validating: input, as: UTF8.self), let state = TraceState(text)
        else { return nil }
        guard TraceState(state.text) == state else { return "\(state) is not read as it is" }
        let joined = state.members.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
        guard joined == state.text else { return "\(state) loses members" }
        let longer = state.setting("fuzz", to: "1")
        guard let longer, longer.members.first?.key == "fuzz",
            longer.text.utf8.count <= WireLimits.traceState
        else { return "\(state) takes no new member" }
        return nil
    }
}

/// What a link's bytes come to.
private struct FrameRun: Equatable {
    /// The frames that were read before an error, written again.
    private(set) var written: [UInt8] = []
    private(set) var error: WireError?
    /// Bytes of an incomplete frame; 0 after an error.
    private(set) var heldBack = 0

    init(_ input: [UInt8], cutAfter size: Int) {
        var reader = FrameReader()
        var writer = ByteWriter()
        var offset = 0
        do {
            while offset < input.count {
                let end = min(input.count, offset + size)
                let piece = Array(input[offset..<end])
                try unsafe reader.receive(piece.span.bytes) { header, payload throws(WireError) in
                    let frame = try Frame(header, payload)
                    frame.encode(stream: header.stream, flags: header.flags, into: &writer)
                }
                offset = end
            }
            heldBack = reader.carriedCount
        } catch {
            self.error = error
        }
        written = writer.bytes
    }
}
