import CommyBase
import Foundation
import SimModel
import Testing

/// The fast way of writing a request against the general one.
@Suite struct RequestLineTests {
    private static func general(_ event: RunEvent) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .custom(EventKeys.logKey)
        return try [UInt8](encoder.encode(event)) + [0x0a]
    }

    private static func event(_ request: RequestOutcome, at: Int64 = 1) -> RunEvent {
        RunEvent(at: MeshInstant(nanoseconds: at), fact: .request(request))
    }

    @Test(arguments: RequestOutcome.Result.allCases)
    func `a request is the same bytes either way`(_ result: RequestOutcome.Result) throws {
        for bare in [true, false] {
            var request = RequestOutcome(
                traffic: "check/out", ordinal: .max, scheduledNanoseconds: -7,
                latencyNanoseconds: 0, result: result)
            if !bare {
                request.sendDelayNanoseconds = .min + 1
                request.status = 503
                request.backend = "web-1:80/é".filter(\.isASCII)
                request.bytes = 0
                request.misordered = result == .ok
            }
            let event = Self.event(request, at: .max)
            var bytes: [UInt8] = [0x78]
            #expect(RequestLine.append(event, to: &bytes))
            #expect(bytes.dropFirst() == (try Self.general(event))[...])
        }
    }

    @Test(arguments: ["a\"b", "a\\b", "caf\u{e9}", "tab\t"])
    func `a text that needs an escape is left to the general encoder`(_ name: String) {
        let request = RequestOutcome(
            traffic: "t", ordinal: 0, scheduledNanoseconds: 0, latencyNanoseconds: 0, result: .ok,
            backend: name)
        var bytes: [UInt8] = []
        #expect(!RequestLine.append(Self.event(request), to: &bytes))
        #expect(bytes.isEmpty)
    }

    @Test func `nothing but a request is written`() {
        var bytes: [UInt8] = []
        let event = RunEvent(
            at: .zero, fact: .trafficStarted(TrafficStarted(traffic: ["a"])))
        #expect(!RequestLine.append(event, to: &bytes) && bytes.isEmpty)
    }
}
