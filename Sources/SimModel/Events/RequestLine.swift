internal import CommyBase

/// Writes a request's line of the event log: the same bytes as the general encoder of events, some
/// fifty times as fast. A run has up to millions of requests and few of anything else.
public enum RequestLine {
    /// Appends the line with its end; false, and nothing appended, when a text in it needs the
    /// general encoder's escapes.
    public static func append(_ event: RunEvent, to bytes: inout [UInt8]) -> Bool {
        guard case .request(let request) = event.fact, isPlain(request.traffic),
            request.backend.map(isPlain) ?? true
        else { return false }
        append("{\"at_ns\":", event.at.nanoseconds, to: &bytes)
        append(",\"backend\":", request.backend, to: &bytes)
        append(",\"bytes\":", request.bytes, to: &bytes)
        append(",\"event\":", "request", to: &bytes)
        append(",\"latency_ns\":", request.latencyNanoseconds, to: &bytes)
        if let misordered = request.misordered {
            bytes += (misordered ? ",\"misordered\":true" : ",\"misordered\":false").utf8
        }
        append(",\"ordinal\":", request.ordinal, to: &bytes)
        append(",\"result\":", request.result.rawValue, to: &bytes)
        append(",\"scheduled_ns\":", request.scheduledNanoseconds, to: &bytes)
        append(",\"send_delay_ns\":", request.sendDelayNanoseconds, to: &bytes)
        append(",\"status\":", request.status, to: &bytes)
        append(",\"traffic\":", request.traffic, to: &bytes)
        bytes.append(0x7d)
        bytes.append(0x0a)
        return true
    }

    /// Printable ASCII without quotes and backslashes: the same in JSON.
    private static func isPlain(_ text: String) -> Bool {
        text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7f && $0 != 0x22 && $0 != 0x5c }
    }

    private static func append(_ key: StaticString, _ text: String?, to bytes: inout [UInt8]) {
        guard let text else { return }
        append(key, to: &bytes)
        bytes.append(0x22)
        bytes += text.utf8
        bytes.append(0x22)
    }

    private static func append(
        _ key: StaticString, _ number: (some FixedWidthInteger)?, to bytes: inout [UInt8]
    ) {
        guard let number else { return }
        append(key, to: &bytes)
        if number < 0 { bytes.append(0x2d) }
        append(digitsOf: UInt64(number.magnitude), to: &bytes)
    }

    private static func append(_ key: StaticString, to bytes: inout [UInt8]) {
        key.withUTF8Buffer { unsafe bytes.append(contentsOf: $0) }
    }

    private static func append(digitsOf number: UInt64, to bytes: inout [UInt8]) {
        if number >= 10 { append(digitsOf: number / 10, to: &bytes) }
        bytes.append(0x30 + UInt8(number % 10))
    }
}
