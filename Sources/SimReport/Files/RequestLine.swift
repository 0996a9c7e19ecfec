internal import CommyBase
internal import SimModel

/// Reads a `request` line of the event log as the recorder writes it.
///
/// Of a long run's log nearly every line is one, and a decoder of any JSON takes about thirty times
/// as long for it. Whatever is not exactly as expected (another event, an unknown field, an escaped
/// letter, blanks) is left to the decoder: nil.
struct RequestLine {
    private let bytes: ArraySlice<UInt8>
    private var place: Int

    static func read(_ line: ArraySlice<UInt8>) -> RunEvent? {
        var reader = RequestLine(line)
        return reader.event()
    }

    private init(_ line: ArraySlice<UInt8>) {
        bytes = line
        place = line.startIndex
    }

    private mutating func event() -> RunEvent? {
        var at: Int64?
        var isRequest = false
        var request = RequestOutcome(
            traffic: "", ordinal: 0, scheduledNanoseconds: 0, latencyNanoseconds: 0, result: .ok)
        var seen: UInt8 = 0
        guard take("{") else { return nil }
        repeat {
            guard let key = string(), take(":") else { return nil }
            switch key {
            case "at_ns": at = integer()
            case "event":
                guard string() == "request" else { return nil }
                isRequest = true
            case "traffic":
                guard let name = string() else { return nil }
                request.traffic = name
                seen |= 1
            case "ordinal":
                guard let number = integer(), number >= 0 else { return nil }
                request.ordinal = UInt64(number)
                seen |= 2
            case "scheduled_ns":
                guard let instant = integer() else { return nil }
                request.scheduledNanoseconds = instant
                seen |= 4
            case "latency_ns":
                guard let length = integer() else { return nil }
                request.latencyNanoseconds = length
                seen |= 8
            case "result":
                guard let result = string().flatMap(RequestOutcome.Result.init) else { return nil }
                request.result = result
                seen |= 16
            default:
                guard readOptional(key, &request) else { return nil }
            }
        } while take(",")
        guard take("}"), place == bytes.endIndex, let at, isRequest, seen == 31 else { return nil }
        return RunEvent(at: MeshInstant(nanoseconds: at), fact: .request(request))
    }

    /// A field that a request need not have; false for one that is not known.
    private mutating func readOptional(_ key: String, _ request: inout RequestOutcome) -> Bool {
        switch key {
        case "send_delay_ns":
            guard let length = integer() else { return false }
            request.sendDelayNanoseconds = length
        case "status":
            guard let status = integer() else { return false }
            request.status = Int(status)
        case "backend":
            guard let name = string() else { return false }
            request.backend = name
        case "bytes":
            guard let count = integer(), count >= 0 else { return false }
            request.bytes = UInt64(count)
        case "misordered":
            guard word("true") else { return false }
            request.misordered = true
        default: return false
        }
        return true
    }

    private mutating func take(_ sign: Unicode.Scalar) -> Bool {
        guard place < bytes.endIndex, bytes[place] == UInt8(ascii: sign) else { return false }
        place += 1
        return true
    }

    private mutating func word(_ text: String) -> Bool {
        guard bytes[place...].starts(with: text.utf8) else { return false }
        place += text.utf8.count
        return true
    }

    /// Digits, perhaps with a minus: not what follows them, so that a fraction is not read.
    private mutating func integer() -> Int64? {
        let isNegative = take("-")
        let begin = place
        var value: Int64 = 0
        while place < bytes.endIndex, (0x30...0x39).contains(bytes[place]) {
            // Eighteen digits fit; longer numbers are the decoder's.
            guard place - begin < 18 else { return nil }
            value = value * 10 + Int64(bytes[place] - 0x30)
            place += 1
        }
        let hasLeadingZero = place - begin > 1 && bytes[begin] == 0x30
        guard place > begin, !hasLeadingZero else { return nil }
        return isNegative ? -value : value
    }

    /// A string of printable ASCII without an escape.
    private mutating func string() -> String? {
        guard take("\"") else { return nil }
        let begin = place
        while place < bytes.endIndex, bytes[place] != UInt8(ascii: "\"") {
            guard (0x20..<0x7f).contains(bytes[place]), bytes[place] != UInt8(ascii: "\\") else {
                return nil
            }
            place += 1
        }
        let text = String(decoding: bytes[begin..<place], as: UTF8.self)
        return take("\"") ? text : nil
    }
}
