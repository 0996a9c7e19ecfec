internal import CommyBase
internal import SimTraffic
internal import Testing

@Suite struct TrafficRecordTests {
    @Test func `records come back as they were written, however the stream is split`() throws {
        var summary = TrafficSummary()
        summary.sent = 3
        summary.worstSendDelayNanoseconds = 77
        var records = TrafficResult.allCases.map { result in
            var request = TrafficRequest(
                ordinal: .max, scheduledNanoseconds: -1, latencyNanoseconds: .max,
                result: result, tries: 2, status: 503, backend: Array("b1".utf8))
            request.bodyByteCount = .max
            request.sendDelayNanoseconds = 4_294_967_295_000
            request.isMisordered = result == .ok
            return TrafficRecord.request(request)
        }
        records.append(.repeated(ordinal: .max))
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
