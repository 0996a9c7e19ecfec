/// Why an answer is not HTTP/1.x.
public enum HTTPFault: Error, Sendable, Equatable {
    case statusLine, header, contentLength, chunk, headTooLong, tooManyInterim, endedEarly
}

/// Reads one HTTP/1.x answer from bytes as they come (RFC 9112); total: any bytes are read or
/// refused.
///
///     statusLine -> header* -> body by length | chunks -> trailer* | until close -> done
///         ^-- 1xx --'
///
/// The body is counted, not kept. Obsolete line folding is read as the user agent must: the folded
/// part belongs to the header before it, and is ignored here, as no header that matters is folded
/// in practice. A server that switches protocols (101) was not asked to, and is refused.
public struct HTTPResponseReader: Sendable {
    public enum Progress: Sendable, Equatable {
        case needsMore
        /// The whole answer is there; `surplus` bytes of the last input do not belong to it.
        case complete(surplus: Int)
        case malformed(HTTPFault)
    }
    private enum State: Sendable, Equatable {
        case statusLine, header
        case body(remaining: UInt64)
        case untilClose
        case chunkSize
        case chunkData(remaining: UInt64)
        case chunkEnd
        case trailer
        case done
        case failed(HTTPFault)
    }

    /// 0 until the status line was read.
    public private(set) var status: UInt16 = 0
    /// True when the connection may carry another request after this answer.
    public private(set) var keepsConnection = false
    /// The value of the captured header, cut at `Limits.backendBytes`.
    public private(set) var captured: [UInt8] = []
    /// Bytes of the body so far, without the framing of chunks.
    public private(set) var bodyByteCount: UInt64 = 0
    /// The beginning of the body, up to `Limits.bodyBytes`, where it is kept.
    public private(set) var body: [UInt8] = []
    /// True once a byte of the answer has come.
    public private(set) var hasBegun = false

    private let capturedName: [UInt8]
    private let answersHead: Bool
    private let keepsBody: Bool
    private var state: State = .statusLine
    private var line: [UInt8] = []
    private var headByteCount = 0
    private var interimCount = 0
    private var contentLength: UInt64?
    private var isChunked = false
    private var hasTransferCoding = false

    /// `capturing`: the name of one header to keep, in any case. `answersHead`: the request was
    /// HEAD. `keepsBody`: what the body begins with is looked at.
    public init(capturing name: String? = nil, answersHead: Bool = false, keepsBody: Bool = false) {
        capturedName = (name ?? "").utf8.map(Self.lowercase)
        self.answersHead = answersHead
        self.keepsBody = keepsBody
    }

    /// Ready for the next answer; keeps the memory.
    public mutating func reset() {
        state = .statusLine
        hasBegun = false
        interimCount = 0
        headByteCount = 0
        beginHead()
    }

    public mutating func receive(_ bytes: Span<UInt8>) -> Progress {
        var index = 0
        let count = bytes.count
        if count > 0 { hasBegun = true }
        while index < count {
            switch state {
            case .done: return .complete(surplus: count - index)
            case .failed(let fault): return .malformed(fault)
            case .untilClose:
                takeBody(bytes, index..<count)
                index = count
            case .body(let remaining):
                let taken = min(remaining, UInt64(count - index))
                takeBody(bytes, index..<index + Int(taken))
                index += Int(taken)
                state = remaining == taken ? .done : .body(remaining: remaining - taken)
            case .chunkData(let remaining):
                let taken = min(remaining, UInt64(count - index))
                takeBody(bytes, index..<index + Int(taken))
                index += Int(taken)
                state = remaining == taken ? .chunkEnd : .chunkData(remaining: remaining - taken)
            case .statusLine, .header, .chunkSize, .chunkEnd, .trailer:
                index = takeLineBytes(bytes, from: index)
            }
        }
        return progress(surplus: 0)
    }

    private mutating func takeBody(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        bodyByteCount += UInt64(range.count)
        guard keepsBody else { return }
        for index in range.prefix(Limits.bodyBytes - body.count) { body.append(bytes[index]) }
    }

    /// The server ended the stream.
    public mutating func ended() -> Progress {
        switch state {
        case .untilClose: state = .done
        case .done, .failed: break
        case .statusLine, .header, .body, .chunkSize, .chunkData, .chunkEnd, .trailer:
            state = .failed(.endedEarly)
        }
        return progress(surplus: 0)
    }

    private func progress(surplus: Int) -> Progress {
        switch state {
        case .done: .complete(surplus: surplus)
        case .failed(let fault): .malformed(fault)
        case .statusLine, .header, .body, .untilClose, .chunkSize, .chunkData, .chunkEnd, .trailer:
            .needsMore
        }
    }

    /// Takes the bytes of one line up to its end, or all there are; returns the index behind them.
    private mutating func takeLineBytes(_ bytes: Span<UInt8>, from first: Int) -> Int {
        var end = first
        while end < bytes.count, bytes[end] != 0x0a { end += 1 }
        let isWhole = end < bytes.count
        let next = isWhole ? end + 1 : end
        switch state {
        case .chunkSize, .chunkEnd:
            if line.count + next - first > Limits.chunkLineBytes { fail(.chunk) }
        case .statusLine, .header, .trailer, .body, .untilClose, .chunkData, .done, .failed:
            headByteCount += next - first
            if headByteCount > Limits.headBytes { fail(.headTooLong) }
        }
        if case .failed = state { return next }
        unsafe bytes.extracting(first..<end).withUnsafeBufferPointer { piece in
            unsafe line.append(contentsOf: piece)
        }
        guard isWhole else { return next }
        if line.last == 0x0d { line.removeLast() }
        takeLine()
        line.removeAll(keepingCapacity: true)
        return next
    }

    private mutating func takeLine() {
        switch state {
        case .statusLine: takeStatusLine()
        case .header:
            if line.isEmpty { endHead() } else { takeHeader() }
        case .chunkSize: takeChunkSize()
        case .chunkEnd:
            if line.isEmpty { state = .chunkSize } else { fail(.chunk) }
        case .trailer:
            if line.isEmpty { state = .done }
        case .body, .untilClose, .chunkData, .done, .failed:
            preconditionFailure("only line states take lines")
        }
    }

    private mutating func fail(_ fault: HTTPFault) {
        state = .failed(fault)
        keepsConnection = false
    }

    private mutating func beginHead() {
        line.removeAll(keepingCapacity: true)
        captured.removeAll(keepingCapacity: true)
        body.removeAll(keepingCapacity: true)
        bodyByteCount = 0
        status = 0
        keepsConnection = false
        contentLength = nil
        isChunked = false
        hasTransferCoding = false
    }

    /// `HTTP/1.1 200 OK`; the reason may be missing.
    private mutating func takeStatusLine() {
        guard line.count >= 12, line.starts(with: Self.versionPrefix),
            Self.isDigit(line[7]), line[8] == 0x20,
            Self.isDigit(line[9]), Self.isDigit(line[10]), Self.isDigit(line[11]),
            line.count == 12 || line[12] == 0x20
        else { return fail(.statusLine) }
        status =
            UInt16(line[9] - 0x30) * 100 + UInt16(line[10] - 0x30) * 10 + UInt16(line[11] - 0x30)
        guard status >= 100, status != 101 else { return fail(.statusLine) }
        keepsConnection = line[7] != 0x30
        state = .header
    }

    private mutating func takeHeader() {
        if line[0] == 0x20 || line[0] == 0x09 { return }
        guard let colon = line.firstIndex(of: 0x3a), colon > 0,
            line[..<colon].allSatisfy({ $0 > 0x20 && $0 != 0x7f }),
            line[colon...].allSatisfy({ $0 >= 0x20 || $0 == 0x09 })
        else { return fail(.header) }
        let value = trimmed((colon + 1)..<line.count)
        if !capturedName.isEmpty, captured.isEmpty, isName(capturedName, upTo: colon) {
            captured.append(contentsOf: line[value.prefix(Limits.backendBytes)])
        }
        if isName(Self.contentLengthName, upTo: colon) {
            takeContentLength(value)
        } else if isName(Self.transferEncodingName, upTo: colon) {
            hasTransferCoding = true
            isChunked = lastToken(value, is: Self.chunkedToken)
        } else if isName(Self.connectionName, upTo: colon) {
            takeConnection(value)
        }
    }

    private mutating func takeContentLength(_ range: Range<Int>) {
        var rest: Range<Int>? = range
        while let part = takePart(of: &rest) {
            guard !part.isEmpty, part.count <= 18 else { return fail(.contentLength) }
            var value: UInt64 = 0
            for index in part {
                guard Self.isDigit(line[index]) else { return fail(.contentLength) }
                value = value * 10 + UInt64(line[index] - 0x30)
            }
            guard contentLength == nil || contentLength == value else {
                return fail(.contentLength)
            }
            contentLength = value
        }
    }

    private mutating func takeConnection(_ range: Range<Int>) {
        var rest: Range<Int>? = range
        while let part = takePart(of: &rest) {
            if isSame(part, Self.closeToken) { keepsConnection = false }
            if isSame(part, Self.keepAliveToken) { keepsConnection = true }
        }
    }

    private mutating func endHead() {
        if status < 200 {
            interimCount += 1
            guard interimCount <= Limits.interimAnswers else { return fail(.tooManyInterim) }
            state = .statusLine
            beginHead()
        } else if answersHead || status == 204 || status == 304 {
            state = .done
        } else if hasTransferCoding {
            // RFC 9112, 6.3: with both, the coding wins and the connection is not to be trusted.
            if contentLength != nil || !isChunked { keepsConnection = false }
            state = isChunked ? .chunkSize : .untilClose
        } else if let contentLength {
            state = contentLength == 0 ? .done : .body(remaining: contentLength)
        } else {
            keepsConnection = false
            state = .untilClose
        }
    }

    private mutating func takeChunkSize() {
        var size: UInt64 = 0
        var digitCount = 0
        for byte in line {
            guard let digit = Self.hexDigit(byte) else {
                guard byte == 0x3b || byte == 0x20 || byte == 0x09 else { return fail(.chunk) }
                break
            }
            digitCount += 1
            guard digitCount <= 15 else { return fail(.chunk) }
            size = size << 4 | UInt64(digit)
        }
        guard digitCount > 0 else { return fail(.chunk) }
        state = size == 0 ? .trailer : .chunkData(remaining: size)
    }
}

extension HTTPResponseReader {
    private static let versionPrefix = Array("HTTP/1.".utf8)
    private static let contentLengthName = Array("content-length".utf8)
    private static let transferEncodingName = Array("transfer-encoding".utf8)
    private static let connectionName = Array("connection".utf8)
    private static let chunkedToken = Array("chunked".utf8)
    private static let closeToken = Array("close".utf8)
    private static let keepAliveToken = Array("keep-alive".utf8)

    private func isName(_ name: [UInt8], upTo colon: Int) -> Bool {
        colon == name.count && isSame(0..<colon, name)
    }

    private func lastToken(_ range: Range<Int>, is token: [UInt8]) -> Bool {
        var rest: Range<Int>? = range
        var last = 0..<0
        while let part = takePart(of: &rest) {
            if !part.isEmpty { last = part }
        }
        return isSame(last, token)
    }

    /// Takes the next part of a comma-separated list off `rest`, which is nil behind the last; the
    /// part has no blanks around it and may be empty.
    private func takePart(of rest: inout Range<Int>?) -> Range<Int>? {
        guard let range = rest else { return nil }
        var comma = range.lowerBound
        while comma < range.upperBound, line[comma] != 0x2c { comma += 1 }
        rest = comma < range.upperBound ? (comma + 1)..<range.upperBound : nil
        return trimmed(range.lowerBound..<comma)
    }

    /// Whether these bytes of the line are `token` in any case; `token` is in lower case.
    private func isSame(_ range: Range<Int>, _ token: [UInt8]) -> Bool {
        guard range.count == token.count else { return false }
        for index in token.indices
        where Self.lowercase(line[range.lowerBound + index]) != token[index] {
            return false
        }
        return true
    }

    private func trimmed(_ range: Range<Int>) -> Range<Int> {
        var first = range.lowerBound
        var last = range.upperBound
        while first < last, line[first] == 0x20 || line[first] == 0x09 { first += 1 }
        while last > first, line[last - 1] == 0x20 || line[last - 1] == 0x09 { last -= 1 }
        return first..<last
    }

    private static func lowercase(_ byte: UInt8) -> UInt8 {
        byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x41 + 10
        case 0x61...0x66: byte - 0x61 + 10
        case _: nil
        }
    }
}
