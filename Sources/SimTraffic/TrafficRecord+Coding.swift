/// Why bytes are no record.
public enum TrafficRecordError: Error, Sendable, Equatable {
    case unknownVersion(UInt8)
    case unknownKind(UInt8)
    case wrongLength(Int)
    case unknownResult(UInt8)
}

extension TrafficRecord {
    public func encode(into bytes: inout [UInt8]) {
        switch self {
        case .request(let request):
            precondition(request.backend.count <= Limits.backendBytes)
            Self.header(Self.requestBytes + request.backend.count, kind: 1, into: &bytes)
            bytes.append(request.result.rawValue)
            bytes.append(request.tries)
            Self.put(request.status ?? 0, into: &bytes)
            Self.put(request.ordinal, into: &bytes)
            Self.put(request.scheduledNanoseconds, into: &bytes)
            Self.put(request.latencyNanoseconds, into: &bytes)
            Self.put(request.bodyByteCount, into: &bytes)
            let delay = max(0, request.sendDelayNanoseconds) / 1_000
            Self.put(UInt32(clamping: delay), into: &bytes)
            Self.put(UInt32(request.isMisordered ? 1 : 0), into: &bytes)
            bytes.append(contentsOf: request.backend)
        case .summary(let summary):
            Self.header(Self.summaryBytes, kind: 2, into: &bytes)
            Self.put(UInt32(0), into: &bytes)
            Self.put(summary.sent, into: &bytes)
            Self.put(summary.decided, into: &bytes)
            Self.put(summary.overloaded, into: &bytes)
            Self.put(summary.retried, into: &bytes)
            Self.put(summary.abandoned, into: &bytes)
            Self.put(summary.worstSendDelayNanoseconds, into: &bytes)
        case .repeated(let ordinal):
            Self.header(Self.repeatedBytes, kind: 3, into: &bytes)
            Self.put(UInt32(0), into: &bytes)
            Self.put(ordinal, into: &bytes)
        }
    }

    /// The record that begins at `offset`, and moves `offset` behind it; nil when it is not whole
    /// yet.
    public static func decode(
        _ bytes: [UInt8], at offset: inout Int
    ) throws(TrafficRecordError) -> TrafficRecord? {
        precondition(offset >= 0 && offset <= bytes.count)
        let base = offset
        let available = bytes.count - base
        guard available >= headerBytes else { return nil }
        guard bytes[base + 2] == version else { throw .unknownVersion(bytes[base + 2]) }
        let length = Int(get(UInt16.self, bytes, base))
        switch bytes[base + 3] {
        case 1:
            guard length >= requestBytes, length <= maximumBytes else { throw .wrongLength(length) }
            guard available >= length else { return nil }
            guard let result = TrafficResult(rawValue: bytes[base + 4]) else {
                throw .unknownResult(bytes[base + 4])
            }
            offset = base + length
            return .request(request(bytes, base, length, result))
        case 2:
            guard length == summaryBytes else { throw .wrongLength(length) }
            guard available >= length else { return nil }
            var summary = TrafficSummary()
            summary.sent = get(UInt64.self, bytes, base + 8)
            summary.decided = get(UInt64.self, bytes, base + 16)
            summary.overloaded = get(UInt64.self, bytes, base + 24)
            summary.retried = get(UInt64.self, bytes, base + 32)
            summary.abandoned = get(UInt64.self, bytes, base + 40)
            summary.worstSendDelayNanoseconds = get(Int64.self, bytes, base + 48)
            offset = base + length
            return .summary(summary)
        case 3:
            guard length == repeatedBytes else { throw .wrongLength(length) }
            guard available >= length else { return nil }
            offset = base + length
            return .repeated(ordinal: get(UInt64.self, bytes, base + 8))
        case let kind:
            throw .unknownKind(kind)
        }
    }

    private static func request(
        _ bytes: [UInt8], _ base: Int, _ length: Int, _ result: TrafficResult
    ) -> TrafficRequest {
        let status = get(UInt16.self, bytes, base + 6)
        var request = TrafficRequest(
            ordinal: get(UInt64.self, bytes, base + 8),
            scheduledNanoseconds: get(Int64.self, bytes, base + 16),
            latencyNanoseconds: get(Int64.self, bytes, base + 24),
            result: result, tries: bytes[base + 5], status: status == 0 ? nil : status,
            backend: Array(bytes[(base + requestBytes)..<(base + length)]))
        request.bodyByteCount = get(UInt64.self, bytes, base + 32)
        request.sendDelayNanoseconds = Int64(get(UInt32.self, bytes, base + 40)) * 1_000
        request.isMisordered = get(UInt32.self, bytes, base + 44) & 1 != 0
        return request
    }

    private static func header(_ length: Int, kind: UInt8, into bytes: inout [UInt8]) {
        put(UInt16(length), into: &bytes)
        bytes.append(version)
        bytes.append(kind)
    }

    private static func put<Value: FixedWidthInteger>(_ value: Value, into bytes: inout [UInt8]) {
        for shift in stride(from: 0, to: Value.bitWidth, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: value >> Value(shift)))
        }
    }

    private static func get<Value: FixedWidthInteger>(
        _: Value.Type, _ bytes: [UInt8], _ offset: Int
    ) -> Value {
        var value: Value = 0
        for index in 0..<(Value.bitWidth / 8) {
            value |= Value(truncatingIfNeeded: bytes[offset + index]) << Value(index * 8)
        }
        return value
    }
}

/// Cuts a stream of bytes into records, however it was split on its way.
public struct TrafficRecordReader: Sendable {
    private var buffer: [UInt8] = []
    private var offset = 0

    public init() {}

    /// Bytes that came after the last whole record; not 0 at the end means the stream was cut.
    public var pendingByteCount: Int { buffer.count - offset }

    public mutating func receive(_ bytes: some Collection<UInt8>) {
        buffer.append(contentsOf: bytes)
    }

    /// The next whole record, or nil when more bytes are needed. After an error the stream is lost.
    public mutating func next() throws(TrafficRecordError) -> TrafficRecord? {
        let record = try TrafficRecord.decode(buffer, at: &offset)
        if record == nil, offset > 0 {
            buffer.removeFirst(offset)
            offset = 0
        }
        return record
    }
}
