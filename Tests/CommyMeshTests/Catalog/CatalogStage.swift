import CommyBase
import CommyMesh
import Testing

/// One catalog and a script: facts go in, outputs are compared. Its peers are names.
struct CatalogStage {
    var catalog: Catalog
    var now = MeshInstant.zero
    let record: MemberRecord

    init(_ name: String = "own", life: UInt64 = 100, limits: CatalogLimits = .standard) throws {
        record = try Self.record(name, life: life)
        catalog = Catalog(self: record, limits: limits, random: RandomKey(seed: 1), at: now)
    }

    static func record(_ name: String, life: UInt64) throws -> MemberRecord {
        MemberRecord(
            name: try #require(NodeName(name)), zone: .unknown, addresses: [], incarnation: 0,
            life: life)
    }

    static func id(_ name: String) throws -> NodeID { NodeID(try #require(NodeName(name))) }

    static func offer(
        _ service: String, labels: [Label] = [], dependencies: [String] = []
    ) throws -> ServiceOffer {
        try ServiceOffer(
            service: try #require(ServiceName(service)), labels: labels,
            dependencies: try dependencies.map { try #require(ServiceName($0)) })
    }

    static func record(
        _ number: UInt32, _ counter: UInt64, _ service: String
    ) throws -> CatalogRecord {
        CatalogRecord(number: number, counter: counter, content: .live(.up, try offer(service)))
    }

    /// A peer that lives, without a link.
    mutating func member(
        _ name: String, _ state: MemberState = .alive, life: UInt64 = 7
    ) throws {
        let record = try Self.record(name, life: life)
        catalog.memberChanged(record.id, state, record, at: now)
    }

    /// A peer that lives and is linked; what that makes the catalog say is taken away.
    mutating func peer(_ name: String, life: UInt64 = 7) throws {
        try member(name, life: life)
        catalog.linkUp(try Self.id(name), at: now)
        _ = outputs()
    }

    mutating func hear(_ message: CatalogMessage, from name: String) throws -> [Catalog.Output] {
        catalog.received(message, from: try Self.id(name), at: now)
        return outputs()
    }

    mutating func wait(_ span: Duration) -> [Catalog.Output] {
        let end = now + span
        var all: [Catalog.Output] = []
        while catalog.nextDeadline <= end {
            now = max(now, catalog.nextDeadline)
            catalog.advance(to: now)
            all += outputs()
        }
        now = end
        return all
    }

    mutating func outputs() -> [Catalog.Output] {
        var all: [Catalog.Output] = []
        while let output = catalog.nextOutput() { all.append(output) }
        catalog.checkInvariants()
        return all
    }

    /// Services with a ready instance.
    var ready: [String] {
        catalog.serviceSummaries.filter { $0.readyCount > 0 }.map(\.service.text)
    }
}

extension [Catalog.Output] {
    /// What was said, to whomever.
    var messages: [CatalogMessage] {
        compactMap { output in
            switch output {
            case .send(let message, _): message
            case .broadcast(let message): message
            case .changed, .watchReady, .stale, .refuted: nil
            }
        }
    }

    var deltas: [CatalogDelta] {
        messages.compactMap { if case .delta(let delta) = $0 { delta } else { nil } }
    }

    var pulls: [CatalogClaim] {
        messages.flatMap { message -> [CatalogClaim] in
            if case .pull(let claims) = message { claims } else { [] }
        }
    }
}
