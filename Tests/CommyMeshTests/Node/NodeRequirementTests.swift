import CommyBase
import CommyWire
import Testing

@testable import CommyMesh

/// What callers require, and which instance a call is for.
struct NodeRequirementTests {
    static let values: [(key: String, value: String, isSound: Bool)] = [
        (RequirementKeys.version, "3", true), (RequirementKeys.version, "0-65535", true),
        (RequirementKeys.version, "+3", false), (RequirementKeys.version, "03", false),
        (RequirementKeys.version, "3-3", false), (RequirementKeys.version, "4-2", false),
        (RequirementKeys.version, "3-", false), (RequirementKeys.version, "1-2-3", false),
        (RequirementKeys.version, "65536", false), (RequirementKeys.version, "", false),
        (RequirementKeys.label, "two words", false), (RequirementKeys.label, "=x", false),
        (RequirementKeys.zone, "eu", true), (RequirementKeys.zone, "eu//a", false),
    ]

    @Test(arguments: values)
    func `a requirement that is none fails its call and nothing else`(
        _ row: (key: String, value: String, isSound: Bool)
    ) throws {
        let (bed, caller, servers) = NodeCallTests.service(1)
        var metadata = Metadata()
        try metadata.append(key: row.key, value: row.value)
        let other = caller.call(bed, "orders", [7])
        let call = caller.call(bed, "orders") { $0.metadata = metadata }
        bed.run(for: .milliseconds(20))
        #expect(
            caller.outcome(call)
                == (row.isSound ? .answered([1, 2, 3]) : .failed(.invalidArgument, .no)))
        #expect(caller.outcome(other) == .answered([7]))
        #expect(caller.detached == nil)
        #expect(servers[0].served.count == (row.isSound ? 2 : 1))
        #expect(bed.hosts[0].node.calls.count == 0)
    }

    @Test func `a process gets no call of a service that its instance does not offer`() throws {
        let (bed, _, servers) = NodeCallTests.service(1)
        let instance = try #require(servers[0].instances.values.first)
        let stranger = bed.strangerConnects("mallory", to: 1)
        func open(_ service: String, _ stream: UInt64) -> [UInt8] {
            var writer = ByteWriter()
            OpenFrame(
                service: ServiceName(service)!, instance: instance,
                correlation: CorrelationID(high: 1, low: 2)
            ).encodeFrame(stream: StreamID(stream), flags: .end, into: &writer)
            return writer.bytes
        }
        let frames = open("order", 1) + open("orderz", 3) + open("orders-2", 5) + open("orders", 7)
        bed.say(stranger.hello + frames, stranger)
        bed.run(for: .milliseconds(20))
        #expect(stranger.resets.map(\.code) == Array(repeating: .noSuchInstance, count: 3))
        #expect(servers[0].served.map(\.open.service.text) == ["orders"])
        #expect(!stranger.isClosed)
    }
}
