internal import CommyBase
internal import CommyWire
internal import Foundation

/// What `commy bench wire` measures: small pieces of work with the wire formats, each repeated as
/// often as is asked.
struct WireOperation: Sendable {
    let name: String
    /// The same work by somebody else, and who that is.
    var peer: (name: String, operation: String)?
    /// Whether it must do without the heap.
    var isFree = false
    /// Does the work so many times; the sum keeps the compiler from leaving it out.
    let run: @Sendable (_ count: Int) throws -> Int

    static let all: [WireOperation] = frames + formats + foundation

    static func named(_ name: String) -> WireOperation? { all.first { $0.name == name } }

    private static let frames: [WireOperation] = {
        let headers = bytes { writer in
            for index in 0..<64 {
                FrameHeader(
                    kind: .data, stream: StreamID(UInt64(2 * index + 1)), payloadCount: 64
                ).encode(into: &writer)
            }
        }
        let stream = bytes { writer in
            for _ in 0..<64 {
                FrameHeader.frame(.data, stream: StreamID(1), into: &writer) {
                    $0.raw(repeatElement(7, count: 64))
                }
            }
        }
        let open = bytes { sampleOpen.encode(into: &$0) }
        return [
            WireOperation(name: "header decode", isFree: true) { count in
                try repeated(count) { index in
                    let offset = index % 64 * FrameHeader.byteCount
                    return try unsafe FrameHeader(decoding: headers.span.bytes, at: offset)
                        .payloadCount
                }
            },
            WireOperation(name: "DATA of 64 B cut from a stream", isFree: true) { count in
                var reader = FrameReader()
                var sum = 0
                for _ in 0..<(count + 63) / 64 {
                    try unsafe reader.receive(stream.span.bytes) { sum += $1.byteCount }
                }
                return sum
            },
            WireOperation(name: "OPEN, layout only", isFree: true) { count in
                try repeated(count) { _ in
                    try unsafe OpenLayout(decoding: open.span.bytes).service.count
                }
            },
            WireOperation(name: "OPEN decode") { count in
                try repeated(count) { _ in
                    try unsafe Int(OpenFrame(decoding: open.span.bytes).attempt)
                }
            },
            WireOperation(name: "OPEN encode", isFree: true) { count in
                var writer = ByteWriter(capacity: 256)
                return repeated(count) { _ in
                    writer.removeAll()
                    sampleOpen.encodeFrame(stream: StreamID(1), into: &writer)
                    return writer.count
                }
            },
        ]
    }()

    private static let formats: [WireOperation] =
        [
            PayloadFormat.json, .messagePack, .cbor, .fixed, .compact, .view,
        ].flatMap { format in
            [
                WireOperation(
                    name: "\(format) encode", peer: format == .json ? ("Foundation", "encode") : nil
                ) { count in
                    var writer = ByteWriter(capacity: 512)
                    return try repeated(count) { _ in
                        writer.removeAll()
                        try PayloadCodec.encode(Parcel.sample, as: format, into: &writer)
                        return writer.count
                    }
                },
                WireOperation(
                    name: "\(format) decode", peer: format == .json ? ("Foundation", "decode") : nil
                ) { count in
                    let bytes = try PayloadCodec.encode(Parcel.sample, as: format)
                    return try repeated(count) { _ in
                        try PayloadCodec.decode(Parcel.self, from: bytes, as: format).lines.count
                    }
                },
            ]
        } + [
            WireOperation(name: "view, one field in place") { count in
                let bytes = try PayloadCodec.encode(Parcel.sample, as: .view)
                return try repeated(count) { _ in
                    let root = try unsafe PayloadView(root: bytes.span.bytes)
                    let field = try unsafe root.field("total", bytes.span.bytes)
                    return try unsafe Int(field?.double(bytes.span.bytes) ?? 0)
                }
            }
        ]

    /// The peer of `json`.
    private static let foundation: [WireOperation] = [
        WireOperation(name: "Foundation encode") { count in
            let encoder = JSONEncoder()
            return try repeated(count) { _ in try encoder.encode(Parcel.sample).count }
        },
        WireOperation(name: "Foundation decode") { count in
            let data = try JSONEncoder().encode(Parcel.sample)
            let decoder = JSONDecoder()
            return try repeated(count) { _ in
                try decoder.decode(Parcel.self, from: data).lines.count
            }
        },
    ]

    /// A request's payload of usual size: 9 fields, two of them lists.
    struct Parcel: Codable, Sendable {
        struct Line: Codable, Sendable {
            var sku: String
            var count: UInt16
            var price: Double
        }
        var id: UInt64
        var customer: String
        var note: String?
        var total: Double
        var isRush: Bool
        var lines: [Line]
        var tags: [String]
        var weight: Float
        var attempts: Int32

        static let sample = Parcel(
            id: 9_007_199_254_740_993, customer: "customer-4711", note: nil, total: 129.95,
            isRush: true,
            lines: [
                Line(sku: "A-1001", count: 2, price: 19.99),
                Line(sku: "B-2002-XL", count: 1, price: 89.97),
                Line(sku: "C-3", count: 300, price: 0.05),
            ],
            tags: ["new", "gift", "europe"], weight: 2.75, attempts: -1)
    }

    private static let sampleOpen: OpenFrame = {
        guard let service = ServiceName("orders"), let method = MethodName("place") else {
            preconditionFailure("a sample breaks a rule")
        }
        return OpenFrame(
            service: service, method: method, remaining: .milliseconds(500),
            correlation: CorrelationID(high: 1, low: 2),
            trace: TraceContext(traceHigh: 1, traceLow: 2, parent: 3, flags: .sampled),
            format: .cbor, options: .idempotent)
    }()

    private static func bytes(_ write: (inout ByteWriter) -> Void) -> [UInt8] {
        var writer = ByteWriter()
        write(&writer)
        return writer.bytes
    }

    private static func repeated<Failure: Error>(
        _ count: Int, _ body: (Int) throws(Failure) -> Int
    ) throws(Failure) -> Int {
        var sum = 0
        for index in 0..<count { sum &+= try body(index) }
        return sum
    }
}
