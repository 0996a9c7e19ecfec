internal import CommyBase
internal import SimTraffic
internal import Testing

@Suite struct TrafficRecordTests {
    @Test func `records come back as they were written, however the stream is split`() throws {
        var summary = TrafficSummary()
        summary.sent = 3
        summary.worstSendDelayNanoseconds = 77
        var records = TrafficResult.allCases.map { result in
            TrafficRecord.request(
                TrafficRequest(
                    ordinal: .max, scheduledNanoseconds: -1, latencyNanoseconds: .max,
                    result: result, tries: 2, status: 503, backend: Array("b1".utf8)))
        }
        records.append(.summary(summary))
        var bytes: [UInt8] = []
        for record in records { record.encode(into: &bytes) }
        var reader = TrafficRecordReader()
        var seen: [TrafficRecord] = []
        for byte in bytes {
            reader.receive([byte])
            while let record = try reader.next() { seen.append(record) }
        }
        #expect(seen == records)
        #expect(reader.pendingByteCount == 0)
    }

    @Test func `any bytes give records or a typed error`() {
        var random = RandomStream(key: RandomKey(seed: 5))
        for _ in 0..<20_000 {
            var bytes: [UInt8] = []
            TrafficRecord.summary(TrafficSummary()).encode(into: &bytes)
            for _ in 0..<4 {
                bytes[Int(random.next() % UInt64(bytes.count))] =
                    UInt8(truncatingIfNeeded: random.next())
            }
            var reader = TrafficRecordReader()
            reader.receive(bytes)
            do throws(TrafficRecordError) {
                while try reader.next() != nil {}
            } catch {
                continue
            }
        }
    }
}
