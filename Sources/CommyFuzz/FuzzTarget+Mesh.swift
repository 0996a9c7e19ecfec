internal import CommyBase
internal import CommyMesh
internal import CommyWire

extension FuzzTarget {
    /// The bodies of SWIM, CATALOG, TRUST and CONTROL.
    static let mesh: [FuzzTarget] = [
        message(
            name: "swim", seeds: swimMessages,
            decode: { bytes throws(WireError) in try SwimMessage(decoding: bytes) },
            encode: { $0.encode(into: &$1) }),
        message(
            name: "catalog", seeds: catalogMessages,
            decode: { bytes throws(WireError) in try CatalogMessage(decoding: bytes) },
            encode: { $0.encode(into: &$1) }),
        message(
            name: "trust", seeds: trustMessages,
            decode: { bytes throws(WireError) in try TrustMessage(decoding: bytes) },
            encode: { $0.encode(into: &$1) }),
        message(
            name: "query",
            seeds: [.node, .services, .explainRoute(service), .dependencies(of: service)],
            decode: { bytes throws(WireError) in try ControlQuery(decoding: bytes) },
            encode: { (query: ControlQuery, writer: inout ByteWriter) in
                query.encode(into: &writer)
            }),
        message(
            name: "order", seeds: [.stop(within: .seconds(3)), .join([address])],
            decode: { bytes throws(WireError) in try ControlOrder(decoding: bytes) },
            encode: { (order: ControlOrder, writer: inout ByteWriter) in
                order.encode(into: &writer)
            }),
    ]

    private static let swimMessages: [SwimMessage] = {
        let suspect = MemberUpdate(
            record: record, state: .suspect, suspectors: [NodeID(value: 1), NodeID(value: 2)])
        let news = [MemberUpdate(record: record, state: .alive), suspect]
        let entry = SwimMessage.DigestEntry(
            id: record.id, version: MemberVersion(record, .dead))
        return [
            .probe(number: 1, news: news), .ack(number: 300, news: []),
            .probeRequest(number: 2, target: NodeID(value: 7), news: news),
            .nack(number: 3, .noLink, news: news),
            .gossip(news: news), .compare(viewHash: 9), .syncRequest(digest: [entry]),
            .sync(news: news, wanted: [NodeID(value: 1), NodeID(value: 5)]),
        ]
    }()

    private static let catalogMessages: [CatalogMessage] = {
        let version = CatalogVersion(generation: 1, life: 7, counter: 5)
        let claim = CatalogClaim(owner: NodeID(value: 3), version: version, hash: 11)
        let records = [
            CatalogRecord(number: 1, counter: 2, content: .live(.up, offer)),
            CatalogRecord(number: 2, counter: 4, content: .gone),
            CatalogRecord(number: 9, counter: 5, content: .live(.draining, offer)),
        ]
        let all = NodeID(value: 0)...NodeID(value: .max)
        return [
            .delta(
                CatalogDelta(
                    owner: NodeID(value: 3), base: 1, version: version,
                    roster: CatalogRoster(counter: 5, numbers: [1, 9]), records: records,
                    hasMore: false)),
            .delta(
                CatalogDelta(
                    owner: NodeID(value: 3), base: 1, version: version, roster: nil,
                    records: records, hasMore: true)),
            .pull([claim]), .summary(viewHash: 4),
            .digest(CatalogDigest(extent: .complete(all), claims: [claim])),
            .digest(CatalogDigest(extent: .hint, claims: [])),
        ]
    }()

    private static let trustMessages: [TrustMessage] = {
        let print = required(Fingerprint(Array(0..<32)))
        let anchor = required(
            TrustAnchor(fingerprint: print, notAfter: 4_000_000_000, certificate: [1, 2, 3]))
        let state = TrustState(term: 2, step: .reissuing, owner: record.name, anchor: anchor)
        let report = TrustReport(
            node: record.name, life: 7, counter: 300, anchors: [print], issuer: print,
            certificateEnd: 3_000_000_000)
        return [
            .news(state: state, reports: [report]), .news(state: nil, reports: []),
            .compare(hash: 5),
            .request(
                state: state.version, known: [.init(id: record.id, version: report.version)]),
        ]
    }()

    private static let service = required(ServiceName("orders"))
    private static let address = NetworkAddress(host: .v4(0x0a00_0001), port: 7_400)
    private static let record = MemberRecord(
        name: required(NodeName("web")), zone: required(Zone("eu/a")), addresses: [address],
        incarnation: 4, life: 7)

    private static let offer: ServiceOffer = {
        do {
            return try ServiceOffer(
                service: service, zone: required(Zone("eu/a")),
                labels: [required(Label("tier", "gold"))],
                formats: [FormatOffer(format: .cbor, versions: 1...3)],
                dependencies: [required(ServiceName("stock"))])
        } catch {
            preconditionFailure("a sample breaks a rule: \(error)")
        }
    }()

    private static func required<Value>(_ value: Value?) -> Value {
        guard let value else { preconditionFailure("a sample breaks a rule") }
        return value
    }
}
