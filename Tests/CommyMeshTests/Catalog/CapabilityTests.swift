import CommyBase
import CommyMesh
import CommyWire
import Testing

struct CapabilityTests {
    struct Row: CustomTestStringConvertible {
        let testDescription: String
        let requirement: CapabilityRequirement
        let mismatch: CapabilityMismatch?
    }

    private static func offer() throws -> ServiceOffer {
        try ServiceOffer(
            service: try #require(ServiceName("orders")), zone: try #require(Zone("eu/a/rack-1")),
            labels: [try #require(Label("tier", "gold")), try #require(Label("os", "linux"))],
            formats: [
                FormatOffer(format: .json, versions: 1...3),
                FormatOffer(format: .cbor, versions: 2...2),
            ], maxPayloadBytes: 1_000)
    }

    static let rows: [Row] = [
        Row(testDescription: "nothing", requirement: .none, mismatch: nil),
        Row(testDescription: "a format", requirement: .init(format: .cbor), mismatch: nil),
        Row(
            testDescription: "another format", requirement: .init(format: .view),
            mismatch: .format),
        Row(
            testDescription: "a version of a format",
            requirement: .init(format: .json, versions: 3...9), mismatch: nil),
        Row(
            testDescription: "a version that another format has",
            requirement: .init(format: .cbor, versions: 3...9), mismatch: .version),
        Row(
            testDescription: "a version in any format", requirement: .init(versions: 3...9),
            mismatch: nil),
        Row(
            testDescription: "a version in no format", requirement: .init(versions: 4...9),
            mismatch: .version),
        Row(
            testDescription: "labels",
            requirement: .init(labels: [
                .equals(key: "tier", value: "gold"), .isOneOf(key: "os", values: ["a", "linux"]),
                .present(key: "os"), .absent(key: "gpu"),
            ]), mismatch: nil),
        Row(
            testDescription: "a label with another value",
            requirement: .init(labels: [.present(key: "os"), .equals(key: "tier", value: "tin")]),
            mismatch: .label(1)),
        Row(
            testDescription: "a label that is there",
            requirement: .init(labels: [.absent(key: "os")]), mismatch: .label(0)),
        Row(
            testDescription: "a label that is not there",
            requirement: .init(labels: [.isOneOf(key: "gpu", values: ["x"])]),
            mismatch: .label(0)),
        Row(
            testDescription: "its zone", requirement: .init(within: Zone("eu/a") ?? .unknown),
            mismatch: nil),
        Row(
            testDescription: "another zone", requirement: .init(within: Zone("eu/b") ?? .unknown),
            mismatch: .zone),
        Row(
            testDescription: "a narrower zone",
            requirement: .init(within: Zone("eu/a/rack-1/x") ?? .unknown), mismatch: .zone),
        Row(
            testDescription: "a payload as large as it takes",
            requirement: .init(payloadBytes: 1_000), mismatch: nil),
        Row(
            testDescription: "a payload too large", requirement: .init(payloadBytes: 1_001),
            mismatch: .payload),
    ]

    @Test(arguments: rows)
    func `an offer is matched`(_ row: Row) throws {
        #expect(row.requirement.mismatch(with: try Self.offer()) == row.mismatch)
        #expect(row.requirement.isEmpty == (row.testDescription == "nothing"))
    }

    @Test func `an offer without formats reads any`() throws {
        let offer = try ServiceOffer(service: try #require(ServiceName("orders")))
        #expect(CapabilityRequirement(format: .cbor, versions: 9...9).mismatch(with: offer) == nil)
    }
}
