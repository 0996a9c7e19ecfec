internal import CommyWire

extension FuzzTarget {
    /// Any value in the formats that say what they hold: what is written comes back, and is written
    /// the same again.
    static let payloadValues: [FuzzTarget] = formats.prefix(4).map { format in
        FuzzTarget(
            name: "value-\(format)", seeds: FuzzSamples.values(as: format), words: words(of: format)
        ) { input in
            roundTrip(PayloadValue.self, input, format, isExact: false)
        }
    }

    /// A type with every kind of field in all formats. In those without names there is one form.
    static let payloadTypes: [FuzzTarget] = formats.map { format in
        FuzzTarget(
            name: "type-\(format)", seeds: FuzzSamples.records(as: format),
            words: words(of: format)
        ) { input in
            roundTrip(
                FuzzRecord.self, input, format, isExact: format == .fixed || format == .compact)
        }
    }

    /// The zero-copy format without a check of the whole first.
    static let viewInPlace = FuzzTarget(
        name: "view-in-place", seeds: FuzzSamples.records(as: .view), words: words(of: .view)
    ) { raw in
        let input = withCount(raw)
        var walk = ViewWalk()
        do {
            let root = try unsafe PayloadView(root: input.span.bytes)
            try walk.visit(root, input)
        } catch {
            return nil
        }
        return nil
    }

    private static let formats: [PayloadFormat] = [
        .json, .messagePack, .cbor, .view, .fixed, .compact,
    ]

    private static func roundTrip<Value: Codable>(
        _ type: Value.Type, _ raw: [UInt8], _ format: PayloadFormat, isExact: Bool
    ) -> String? {
        let input = format == .view ? withCount(raw) : raw
        let value: Value
        do {
            value = try PayloadCodec.decode(type, from: input, as: format, limits: limits)
        } catch {
            guard error.offset.map({ $0 <= input.count }) ?? true else {
                return "an error at byte \(error.offset ?? 0) of \(input.count)"
            }
            return nil
        }
        do {
            let first = try PayloadCodec.encode(value, as: format, limits: limits)
            if isExact, first != input { return "written again, it is other bytes" }
            let again = try PayloadCodec.decode(type, from: first, as: format, limits: limits)
            let second = try PayloadCodec.encode(again, as: format, limits: limits)
            return first == second ? nil : "written a third time, it is other bytes"
        } catch {
            return "what was read cannot be written and read again: \(error)"
        }
    }

    /// With its own byte count in its header, without which no reader looks any further.
    private static func withCount(_ message: [UInt8]) -> [UInt8] {
        guard message.count >= 8 else { return message }
        var writer = ByteWriter(capacity: message.count)
        writer.raw(message)
        writer.patchU32(UInt32(message.count), at: 4)
        return writer.bytes
    }

    private static let limits = PayloadLimits(byteCount: 4 << 20, depth: 64, valueCount: 1 << 16)

    private static func words(of format: PayloadFormat) -> [[UInt8]] {
        switch format {
        case .json:
            [
                "{", "}", "[", "]", ",", ":", "\"", "\\u", "\\ud834\\udd1e", "null", "true", "1e",
                "-0",
            ]
            .map { Array($0.utf8) }
        case .messagePack: (0x80...0xff).map { [$0] } + [[0xdf, 0, 0, 0, 1], [0xdd, 0, 0, 0, 2]]
        case .cbor: (0x00...0xff).map { [$0] } + [[0x5f, 0xff], [0x7f, 0xff], [0x9f, 0xff]]
        // The others are numbers in fixed places.
        default: [[0], [1], [8, 0, 0, 0], [24, 0, 0, 0, 0, 0, 0, 0], [0xff, 0xff, 0xff, 0xff]]
        }
    }
}

/// Reads all that can be reached in a message that was not checked, up to a number of steps: its
/// parts may point to each other.
private struct ViewWalk {
    private var steps = 500

    mutating func visit(_ view: PayloadView, _ input: [UInt8]) throws(PayloadError) {
        guard steps > 0 else { return }
        steps -= 1
        _ = try? unsafe view.bool(input.span.bytes)
        _ = try? unsafe view.integer(Int32.self, input.span.bytes)
        _ = try? unsafe view.double(input.span.bytes)
        _ = try? unsafe view.text(input.span.bytes)
        _ = try? unsafe view.content(input.span.bytes)
        _ = try? unsafe view.numbers(UInt16.self, input.span.bytes)
        _ = try? unsafe view.doubles(input.span.bytes)
        let count = try unsafe view.count(input.span.bytes)
        for key in FuzzRecord.keys {
            let field = try? unsafe view.field(key, input.span.bytes)
            if let field { try visit(field, input) }
        }
        for index in 0..<min(count, 8) {
            let element = try? unsafe view.element(index, input.span.bytes)
            guard let element else { break }
            try visit(element, input)
        }
    }
}
