public import CommyBase

/// HEAD: begins the answer to a request.
public struct HeadFrame: FramePayload {
    public static let kind = FrameKind.head
    /// Nil for success. An error with a payload is an answer like any other; an error that Commy
    /// finds comes as RESET.
    public var failure: ErrorCode?
    public var format: PayloadFormat
    public var metadata: Metadata

    public init(
        failure: ErrorCode? = nil, format: PayloadFormat = .opaque, metadata: Metadata = .empty
    ) {
        self.failure = failure
        self.format = format
        self.metadata = metadata
    }

    public init(decoding payload: borrowing RawSpan) throws(WireError) {
        var reader = ByteReader()
        let code = try reader.u16(payload)
        failure = code == 0 ? nil : ErrorCode(rawValue: code)
        format = PayloadFormat(rawValue: try reader.u8(payload))
        metadata = try Metadata(reading: &reader, payload)
        try reader.expectEnd(payload)
    }

    /// What a relay needs to know of a HEAD that it passes on: its failure. Throws exactly where
    /// decoding would, and mostly reads four bytes for that.
    public static func failure(
        checking payload: borrowing RawSpan
    ) throws(WireError) -> ErrorCode? {
        var reader = ByteReader()
        let code = try reader.u16(payload)
        _ = try reader.u8(payload)
        let hasMetadata = try reader.peek(payload) != 0 || reader.remaining(payload) != 1
        if hasMetadata { return try HeadFrame(decoding: payload).failure }
        return code == 0 ? nil : ErrorCode(rawValue: code)
    }

    public func encode(into writer: inout ByteWriter) {
        writer.u16(failure?.rawValue ?? 0)
        writer.u8(format.rawValue)
        metadata.encode(into: &writer)
    }
}

/// RESET: the stream is over, both halves at once. Nothing follows on it from either side except
/// what was already on its way.
public struct ResetFrame: FramePayload {
    public static let kind = FrameKind.reset
    public var code: ErrorCode
    /// Whether the service may have seen the request; the sender knows better than the table.
    public var delivered: ErrorCode.Delivery
    /// For people; cut at `WireLimits.errorDetail` bytes.
    public var detail: String

    public init(code: ErrorCode, delivered: ErrorCode.Delivery? = nil, detail: String = "") {
        self.code = code
        self.delivered = delivered ?? code.delivered
        self.detail = detail.cut(toBytes: WireLimits.errorDetail)
    }

    public init(decoding payload: borrowing RawSpan) throws(WireError) {
        var reader = ByteReader()
        code = ErrorCode(rawValue: try reader.u16(payload))
        guard let delivered = ErrorCode.Delivery(rawValue: try reader.u8(payload)) else {
            throw .invalid("delivered")
        }
        self.delivered = delivered
        detail = try reader.text(limit: WireLimits.errorDetail, "detail", payload)
        try reader.expectEnd(payload)
    }

    public func encode(into writer: inout ByteWriter) {
        writer.u16(code.rawValue)
        writer.u8(delivered.rawValue)
        writer.text(detail.cut(toBytes: WireLimits.errorDetail))
    }
}
