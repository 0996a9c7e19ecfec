internal import CommyBase
internal import SimTraffic
internal import Testing

struct ReaderRow: Sendable, CustomTestStringConvertible {
    var name: String
    var text: String
    var expected: HTTPResponseReader.Progress
    var status: UInt16 = 200
    var keeps = true
    var ends = false
    var testDescription: String { name }
}

@Suite struct HTTPResponseReaderTests {
    static let chunkedHead = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    static let rows: [ReaderRow] = [
        .init(
            name: "a length", text: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Who: b1 \r\n\r\nok",
            expected: .complete(surplus: 0)),
        .init(
            name: "surplus", text: "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nokHT",
            expected: .complete(surplus: 2)),
        .init(
            name: "chunks and trailers",
            text: "HTTP/1.1 503 No\r\nTransfer-Encoding: gzip, Chunked\r\n\r\n"
                + "5;x=y\r\nhello\r\nA\r\n0123456789\r\n0\r\nT: v\r\n\r\n",
            expected: .complete(surplus: 0), status: 503),
        .init(
            name: "interim, then 204",
            text: "HTTP/1.1 100 Continue\r\nX: y\r\n\r\nHTTP/1.1 204 None\r\n\r\n",
            expected: .complete(surplus: 0), status: 204),
        .init(
            name: "until close", text: "HTTP/1.1 200\r\n\r\nabc", expected: .complete(surplus: 0),
            keeps: false, ends: true),
        .init(
            name: "until close, still open", text: "HTTP/1.0 200 OK\r\n\r\nabc",
            expected: .needsMore, keeps: false),
        .init(
            name: "old version keeps only when told", text: "HTTP/1.0 304 X\r\n\r\n",
            expected: .complete(surplus: 0), status: 304, keeps: false),
        .init(
            name: "connection close",
            text: "HTTP/1.1 200 OK\nConnection: x, Close\nContent-Length: 0\n\n",
            expected: .complete(surplus: 0), keeps: false),
        .init(
            name: "lists with blanks, empty parts and the same length twice",
            text: "HTTP/1.1 200 OK\r\nConnection: , x,,\tcLose ,\r\n"
                + "Content-Length: 2 ,\t2\r\n\r\nok",
            expected: .complete(surplus: 0), keeps: false),
        .init(
            name: "a length with an empty part",
            text: "HTTP/1.1 200 OK\r\nContent-Length: 2,\r\n\r\nok",
            expected: .malformed(.contentLength), keeps: false),
        .init(
            name: "an empty part behind the last coding",
            text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked ,\r\n\r\n0\r\n\r\n",
            expected: .complete(surplus: 0)),
        .init(
            name: "a coding that is not chunked lasts until the end",
            text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n",
            expected: .complete(surplus: 0), keeps: false, ends: true),
        .init(
            name: "an old version kept when told",
            text: "HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 0\r\n\r\n",
            expected: .complete(surplus: 0)),
        .init(
            name: "cut body", text: "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc",
            expected: .malformed(.endedEarly), ends: true),
        .init(
            name: "nothing", text: "", expected: .malformed(.endedEarly), status: 0, keeps: false,
            ends: true),
        .init(
            name: "garbage", text: "SSH-2.0-OpenSSH\r\n", expected: .malformed(.statusLine),
            status: 0, keeps: false),
        .init(
            name: "switching protocols", text: "HTTP/1.1 101 X\r\n", status101: ()),
        .init(
            name: "two lengths",
            text: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n",
            expected: .malformed(.contentLength), keeps: false),
        .init(
            name: "a chunk size that is none",
            text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
            expected: .malformed(.chunk), keeps: false),
        .init(
            name: "a header without colon", text: "HTTP/1.1 200 OK\r\nfoo\r\n\r\n",
            expected: .malformed(.header), keeps: false),
        .init(
            name: "the longest chunk line",
            text: chunkedHead + "0;" + String(repeating: "x", count: Limits.chunkLineBytes - 3)
                + "\n\n",
            expected: .complete(surplus: 0)),
        .init(
            name: "a chunk line one byte too long",
            text: chunkedHead + "0;" + String(repeating: "x", count: Limits.chunkLineBytes - 2)
                + "\n\n",
            expected: .malformed(.chunk), keeps: false),
        .init(
            name: "an endless head",
            text: "HTTP/1.1 200 OK\r\nX: " + String(repeating: "a", count: Limits.headBytes),
            expected: .malformed(.headTooLong), keeps: false),
    ]

    static func read(_ bytes: [UInt8], by step: Int, ends: Bool) -> (
        HTTPResponseReader, HTTPResponseReader.Progress
    ) {
        var reader = HTTPResponseReader(capturing: "x-WHO")
        var progress = HTTPResponseReader.Progress.needsMore
        var index = 0
        while index < bytes.count, progress == .needsMore {
            let end = min(bytes.count, index + step)
            progress = reader.receive(Array(bytes[index..<end]).span)
            if case .complete(let surplus) = progress {
                progress = .complete(surplus: surplus + bytes.count - end)
            }
            index = end
        }
        if ends, progress == .needsMore { progress = reader.ended() }
        return (reader, progress)
    }

    @Test(arguments: rows) func `an answer is read whole and byte by byte alike`(_ row: ReaderRow) {
        let bytes = Array(row.text.utf8)
        for step in [1, 2, 7, max(1, bytes.count)] {
            let (reader, progress) = Self.read(bytes, by: step, ends: row.ends)
            #expect(progress == row.expected)
            #expect(reader.status == row.status)
            if progress != .malformed(.endedEarly) { #expect(reader.keepsConnection == row.keeps) }
        }
    }

    @Test func `the named header is captured in any case and without blanks`() {
        let (reader, _) = Self.read(Array(Self.rows[0].text.utf8), by: 1, ends: false)
        #expect(reader.captured == Array("b1".utf8))
    }

    @Test func `any bytes are read or refused, however they are split`() {
        var random = RandomStream(key: RandomKey(seed: 11))
        for _ in 0..<20_000 {
            let row = Self.rows[Int(random.next() % UInt64(Self.rows.count - 1))]
            var bytes = Array(row.text.utf8)
            for _ in 0..<(random.next() % 6) where !bytes.isEmpty {
                bytes[Int(random.next() % UInt64(bytes.count))] =
                    UInt8(truncatingIfNeeded: random.next())
            }
            let (whole, one) = Self.read(bytes, by: max(1, bytes.count), ends: true)
            let (split, two) = Self.read(bytes, by: 3, ends: true)
            #expect(one == two)
            #expect(whole.status == split.status)
        }
    }
}

extension ReaderRow {
    init(name: String, text: String, status101: Void) {
        self.init(
            name: name, text: text, expected: .malformed(.statusLine), status: 101, keeps: false)
    }
}
