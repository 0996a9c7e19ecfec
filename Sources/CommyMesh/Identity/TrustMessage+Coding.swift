internal import CommyBase
public import CommyWire

/// One byte that says which message it is, then its fields in their order; lists behind their count
/// as a varint; fingerprints as 32 bytes, lives and times as 8, terms and counters as varints; what
/// may be missing behind a byte that is 0 or 1.
extension TrustMessage: FramePayload {
    public static let kind = FrameKind.trust

    private enum Tag: UInt8 {
        case news = 1
        case compare = 2
        case request = 3
    }

    public init(decoding payload: borrowing RawSpan) throws(WireError) {
        var reader = ByteReader()
        guard let tag = Tag(rawValue: try reader.u8(payload)) else {
            throw .invalid("trust message")
        }
        switch tag {
        case .news:
            let state =
                try reader.isPresent(payload) ? TrustState(reading: &reader, payload) : nil
            let count = try reader.count(
                limit: TrustLimits.reportsPerMessage, "reports", payload)
            var reports: [TrustReport] = []
            for _ in 0..<count { reports.append(try TrustReport(reading: &reader, payload)) }
            self = .news(state: state, reports: reports)
        case .compare: self = .compare(hash: try reader.u64(payload))
        case .request:
            let state =
                try reader.isPresent(payload)
                ? TrustState.Version(reading: &reader, payload) : nil
            self = .request(state: state, known: try Self.known(&reader, payload))
        }
        try reader.expectEnd(payload)
    }

    private static func known(
        _ reader: inout ByteReader, _ bytes: borrowing RawSpan
    ) throws(WireError) -> [KnownReport] {
        let count = try reader.count(limit: TrustLimits.reports, "known reports", bytes)
        var known: [KnownReport] = []
        for _ in 0..<count {
            let id = NodeID(value: try reader.u64(bytes))
            if let last = known.last, last.id >= id { throw .invalid("known reports") }
            let counter = try TrustReport.counter(reading: &reader, bytes)
            let version = TrustReport.Version(counter: counter, life: try reader.u64(bytes))
            known.append(KnownReport(id: id, version: version))
        }
        return known
    }

    public func encode(into writer: inout ByteWriter) {
        switch self {
        case .news(let state, let reports):
            precondition(reports.count <= TrustLimits.reportsPerMessage)
            writer.u8(Tag.news.rawValue)
            writer.u8(state == nil ? 0 : 1)
            state?.encode(into: &writer)
            writer.varint(UInt64(reports.count))
            for report in reports { report.encode(into: &writer) }
        case .compare(let hash):
            writer.u8(Tag.compare.rawValue)
            writer.u64(hash)
        case .request(let state, let known):
            precondition(known.count <= TrustLimits.reports)
            writer.u8(Tag.request.rawValue)
            writer.u8(state == nil ? 0 : 1)
            state?.encode(into: &writer)
            writer.varint(UInt64(known.count))
            for entry in known {
                writer.u64(entry.id.value)
                writer.varint(entry.version.counter)
                writer.u64(entry.version.life)
            }
        }
    }
}

extension ByteReader {
    fileprivate mutating func isPresent(_ bytes: borrowing RawSpan) throws(WireError) -> Bool {
        let flag = try u8(bytes)
        guard flag <= 1 else { throw .invalid("presence") }
        return flag == 1
    }

    fileprivate mutating func fingerprint(
        _ bytes: borrowing RawSpan
    ) throws(WireError) -> Fingerprint {
        guard let print = Fingerprint(try array(Fingerprint.byteCount, bytes)) else {
            preconditionFailure("32 bytes were read")
        }
        return print
    }

    fileprivate mutating func nodeName(_ bytes: borrowing RawSpan) throws(WireError) -> NodeName {
        guard let name = NodeName(try text(limit: NameRule.byteLimit, "node", bytes)) else {
            throw .invalid("node")
        }
        return name
    }
}

extension TrustState {
    /// Also for the file in which a node keeps the state over restarts.
    public init(decoding bytes: borrowing RawSpan) throws(WireError) {
        var reader = ByteReader()
        try self.init(reading: &reader, bytes)
        try reader.expectEnd(bytes)
    }

    init(reading reader: inout ByteReader, _ bytes: borrowing RawSpan) throws(WireError) {
        let version = try Version(reading: &reader, bytes)
        let notAfter = Int64(bitPattern: try reader.u64(bytes))
        let count = try reader.count(limit: TrustAnchor.byteLimit, "certificate", bytes)
        let certificate = try reader.array(count, bytes)
        guard
            let anchor = TrustAnchor(
                fingerprint: version.anchor, notAfter: notAfter, certificate: certificate)
        else { throw .invalid("certificate") }
        self.init(
            term: version.term, step: version.step, owner: version.owner, anchor: anchor)
    }

    public func encode(into writer: inout ByteWriter) {
        version.encode(into: &writer)
        writer.u64(UInt64(bitPattern: anchor.notAfter))
        writer.varint(UInt64(anchor.certificate.count))
        writer.raw(anchor.certificate)
    }
}

extension TrustState.Version {
    init(reading reader: inout ByteReader, _ bytes: borrowing RawSpan) throws(WireError) {
        let term = try reader.varint(bytes)
        guard (1...TrustState.termLimit).contains(term) else { throw .invalid("term") }
        guard let step = TrustState.Step(rawValue: try reader.u8(bytes)) else {
            throw .invalid("step")
        }
        let owner = try reader.nodeName(bytes)
        self.init(
            term: term, step: step, owner: owner, anchor: try reader.fingerprint(bytes))
    }

    func encode(into writer: inout ByteWriter) {
        writer.varint(term)
        writer.u8(step.rawValue)
        writer.text(owner.text)
        writer.raw(anchor.bytes)
    }
}

extension TrustReport {
    init(reading reader: inout ByteReader, _ bytes: borrowing RawSpan) throws(WireError) {
        let node = try reader.nodeName(bytes)
        let life = try reader.u64(bytes)
        let counter = try Self.counter(reading: &reader, bytes)
        let count = try reader.count(limit: TrustLimits.bundle, "anchors", bytes)
        var anchors: [Fingerprint] = []
        for _ in 0..<count {
            let anchor = try reader.fingerprint(bytes)
            if let last = anchors.last, last >= anchor { throw .invalid("anchors") }
            anchors.append(anchor)
        }
        let issuer = try reader.isPresent(bytes) ? reader.fingerprint(bytes) : nil
        self.init(
            node: node, life: life, counter: counter, anchors: anchors, issuer: issuer,
            certificateEnd: Int64(bitPattern: try reader.u64(bytes)))
    }

    static func counter(
        reading reader: inout ByteReader, _ bytes: borrowing RawSpan
    ) throws(WireError) -> UInt64 {
        let counter = try reader.varint(bytes)
        guard counter <= counterLimit else { throw .invalid("counter") }
        return counter
    }

    func encode(into writer: inout ByteWriter) {
        precondition(anchors.count <= TrustLimits.bundle && counter <= Self.counterLimit)
        writer.text(node.text)
        writer.u64(life)
        writer.varint(counter)
        writer.varint(UInt64(anchors.count))
        for anchor in anchors { writer.raw(anchor.bytes) }
        writer.u8(issuer == nil ? 0 : 1)
        if let issuer { writer.raw(issuer.bytes) }
        writer.u64(UInt64(bitPattern: certificateEnd))
    }
}
