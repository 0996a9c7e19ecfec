import CommyBase
import CommyMesh
import CommyWire
import Testing

/// What a catalog says of others can be read by whoever asked.
struct CatalogRepeatTests {
    private func reread(_ message: CatalogMessage) throws -> CatalogMessage {
        var writer = ByteWriter()
        message.encode(into: &writer)
        #expect(writer.count <= WireLimits.framePayload)
        let bytes = writer.bytes
        return try CatalogMessage(decoding: unsafe bytes.span.bytes)
    }

    @Test func `what is left from before an owner spoke anew is not repeated until confirmed`()
        throws
    {
        var stage = try CatalogStage()
        try stage.peer("owner")
        try stage.peer("curious")
        let owner = try CatalogStage.id("owner")
        let records = try (1...4).map { try CatalogStage.record($0, UInt64($0), "orders") }
        func delta(_ generation: UInt64, _ records: ArraySlice<CatalogRecord>, base: UInt64 = 0)
            -> CatalogMessage
        {
            let version = CatalogVersion(
                generation: generation, life: 7, counter: records.last?.counter ?? base)
            return .delta(
                CatalogDelta(
                    owner: owner, base: base, version: version, records: Array(records),
                    hasMore: generation == 2 && records.count == 1))
        }
        _ = try stage.hear(delta(1, records[...]), from: "owner")
        // The owner was made to speak anew, and its first message of many has come.
        _ = try stage.hear(delta(2, records[..<1]), from: "owner")
        #expect(stage.catalog.entryCount == 4, "its programs still run")
        let claim = CatalogClaim(owner: owner, version: .nothing, hash: 0)
        let outputs = try stage.hear(.pull([claim]), from: "curious")
        #expect(outputs.deltas.map(\.records) == [[records[0]]])
        for message in outputs.messages { #expect(try reread(message) == message) }
        _ = try stage.hear(delta(2, records[1...], base: 1), from: "owner")
        let all = try stage.hear(.pull([claim]), from: "curious")
        #expect(all.deltas.flatMap(\.records) == records)
    }

    @Test func `hints are cut into messages like digests`() throws {
        var limits = CatalogLimits.standard
        limits.messageBytes = 420
        var stage = try CatalogStage(limits: limits)
        try stage.peer("relay")
        try stage.peer("curious")
        for number in 0..<35 {
            let name = "owner-\(number)"
            try stage.member(name)
            let delta = CatalogDelta(
                owner: try CatalogStage.id(name), base: 0,
                version: CatalogVersion(generation: 1, life: 7, counter: 1),
                records: [try CatalogStage.record(1, 1, "orders")])
            _ = try stage.hear(.delta(delta), from: "relay")
        }
        let everything = NodeID(value: 0)...NodeID(value: .max)
        let outputs = try stage.hear(
            .digest(CatalogDigest(extent: .complete(everything), claims: [])), from: "curious")
        let hints = outputs.messages.compactMap { message in
            if case .digest(let digest) = message { digest } else { nil }
        }
        #expect(hints.map(\.claims.count) == [10, 10, 10, 5])
        #expect(hints.allSatisfy { $0.extent == .hint })
        let owners = hints.flatMap(\.claims).map(\.owner)
        #expect(owners == owners.sorted())
        #expect(owners.count == 35)
    }
}
