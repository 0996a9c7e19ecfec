import CommyBase
import Foundation
import SimModel
import Testing

@testable import SimReport

/// The fast way to read a request line says the same as the decoder, or nothing.
struct RequestLineTests {
    private static func fast(_ line: String) -> RunEvent? {
        RequestLine.read(ArraySlice(line.utf8))
    }

    @Test func `what the recorder writes is read the fast way`() throws {
        var requests = SampleRun.failing.filter { $0.fact.kind == .request }
        requests.append(
            RunEvent(
                at: MeshInstant(nanoseconds: 7),
                fact: .request(
                    RequestOutcome(
                        traffic: "a b", ordinal: 0, scheduledNanoseconds: -5,
                        latencyNanoseconds: 12, sendDelayNanoseconds: 3, result: .serverError,
                        status: 503,
                        backend: "10.77.0.1:80", bytes: 999_999, misordered: true))))
        for request in requests {
            let line = try EventLog.makeEncoder().encode([request]).dropFirst().dropLast()
            #expect(Self.fast(String(decoding: line, as: UTF8.self)) == request)
        }
    }

    @Test(arguments: [
        #"{"at_ns":1,"event":"request","latency_ns":1,"ordinal":0,"result":"ok","scheduled_ns":1}"#,
        #"{"at_ns":1,"event":"traffic_ended","sent":1,"traffic":"t","worst_send_delay_ns":1}"#,
        #"{"at_ns":1.5,"event":"request","latency_ns":1,"ordinal":0,"result":"ok","scheduled_ns":1,"traffic":"t"}"#,
        #"{"at_ns":1,"event":"request","latency_ns":1e3,"ordinal":0,"result":"ok","scheduled_ns":1,"traffic":"t"}"#,
        #"{"at_ns":1,"event":"request","latency_ns":1,"ordinal":-1,"result":"ok","scheduled_ns":1,"traffic":"t"}"#,
        #"{"at_ns":1,"event":"request","latency_ns":1,"ordinal":0,"result":"odd","scheduled_ns":1,"traffic":"t"}"#,
        #"{"at_ns":1,"event":"request","latency_ns":1,"ordinal":0,"result":"ok","scheduled_ns":1,"traffic":"\u0041"}"#,
        #"{"at_ns":1,"event":"request","latency_ns":1,"new":{},"ordinal":0,"result":"ok","scheduled_ns":1,"traffic":"t"}"#,
        #"{"at_ns": 1,"event":"request","latency_ns":1,"ordinal":0,"result":"ok","scheduled_ns":1,"traffic":"t"}"#,
        #"{"at_ns":1,"event":"request","latency_ns":01,"ordinal":0,"result":"ok","scheduled_ns":1,"traffic":"t"}"#,
        #"{"at_ns":1,"event":"request","latency_ns":1,"ordinal":0,"result":"ok","scheduled_ns":1,"traffic":"t"} "#,
        #"{"at_ns":1234567890123456789,"event":"request","latency_ns":1,"ordinal":0,"result":"ok","scheduled_ns":1,"traffic":"t"}"#,
        #"{"at_ns":1,"event":"request","latency_ns":1,"ordinal":0,"result":"ok","scheduled_ns":1,"traffic":"é"}"#,
        "", "{", "{}", #"{"at_ns""#,
    ])
    func `anything else is left to the decoder`(line: String) {
        #expect(Self.fast(line) == nil)
    }

    @Test func `a line that was left to the decoder is read all the same`() throws {
        let line =
            #"{"at_ns": 9,"event":"request","latency_ns":1,"new":{},"ordinal":0,"result":"ok","#
            + #""scheduled_ns":1,"traffic":"\u00e9"}"#
        let events = try EventLog.read(Data(line.utf8))
        #expect(
            events.map(\.fact) == [
                .request(
                    RequestOutcome(
                        traffic: "é", ordinal: 0, scheduledNanoseconds: 1, latencyNanoseconds: 1,
                        result: .ok))
            ])
    }
}
