internal import CommyBase
internal import CommyWire

// The rotation of trust anchors: what it wants done, and what is shown of it.
extension Node {
    mutating func serveTrust() {
        while let output = trust.nextOutput() {
            switch output {
            case .send(let message, let peer):
                sendToPeer(peer) { message.encodeFrame(into: &$0) }
            case .judge(let state, let teller):
                outputs.append(.judgeAnchor(state, from: teller))
            case .refused(let anchor, let teller, let why):
                note(
                    .refused(
                        peer: teller.text, code: .rotationRefused,
                        detail: "it tells of the root \(Self.short(anchor)): \(why)"))
            case .install(let anchor):
                outputs.append(.installAnchor(anchor))
                noteTrust(trust.state?.step, anchor.fingerprint, "installing")
            case .reissue(let anchor):
                outputs.append(.reissueCertificate(anchor))
                noteTrust(trust.state?.step, anchor, "reissuing")
            case .remove(let anchor):
                outputs.append(.removeAnchor(anchor))
                noteTrust(trust.state?.step, anchor, "removing")
            case .entered(let state):
                outputs.append(.keepTrust(state))
                noteTrust(state.step, state.anchor.fingerprint, "entered")
            case .overtaken(let state):
                noteTrust(state.step, state.anchor.fingerprint, "overtaken")
            case .acknowledged(let step):
                noteTrust(step, trust.state?.anchor.fingerprint, "acknowledged")
            case .warning(let warning): noteTrust(nil, warning.anchor, warning.word)
            }
        }
    }

    mutating func trustReceived(
        _ payload: borrowing RawSpan, from peer: NodeID, answers: Bool
    ) -> LinkFault? {
        let message: TrustMessage
        do { message = try TrustMessage(decoding: payload) } catch {
            return LinkFault(error, in: .trust)
        }
        guard let message = answers ? message : message.withoutQuestion else { return nil }
        trust.received(message, from: peer, at: now)
        trustIsDue = true
        return nil
    }

    mutating func certificateLoaded(
        _ serial: String, _ notAfter: Int64, _ issuer: Fingerprint?
    ) {
        let subject = "spiffe://\(configuration.mesh)/node/\(configuration.name)"
        note(.certificate(subject: subject, notAfter: notAfter, serial: serial))
        if let issuer { trust.certificateLoaded(issuer: issuer, end: notAfter, at: now) }
    }

    private mutating func noteTrust(
        _ step: TrustState.Step?, _ anchor: Fingerprint?, _ state: String
    ) {
        note(
            .trust(
                step: step.map { "\($0)" } ?? "none", anchor: Self.short(anchor), state: state))
    }

    /// The begin of a fingerprint: enough to tell the few anchors of a mesh apart.
    private static func short(_ anchor: Fingerprint?) -> String {
        anchor.map { String($0.description.prefix(16)) } ?? "none"
    }

    /// Nodes that the first row names; it counts them all, and each has a row of its own.
    private static let namedNodes = 20

    var trustRows: [String] {
        var head = JSONRow()
        head.add("step", trust.state.map { "\($0.step)" } ?? "none")
        head.add("term", trust.state?.term ?? 0)
        head.add("owner", trust.state?.owner.text ?? "")
        head.add("anchor", trust.state?.anchor.fingerprint.description ?? "")
        head.add("bundle", trust.bundle.map(\.fingerprint.description))
        let (missing, absent) = (trust.missing, trust.absent)
        head.add("missing", missing.prefix(Self.namedNodes).map(\.text))
        head.add("missing_count", missing.count)
        head.add("absent", absent.prefix(Self.namedNodes).map(\.text))
        head.add("absent_count", absent.count)
        return [head.text]
            + trust.reports.map { report in
                var row = JSONRow()
                row.add("node", report.node.text)
                row.add("anchors", report.anchors.map { Self.short($0) })
                row.add("issuer", Self.short(report.issuer))
                row.add("certificate_end", report.certificateEnd)
                row.add("acknowledges", trust.state.map(report.acknowledges) ?? true)
                return row.text
            }
    }
}

extension TrustWarning {
    /// The word in events.
    var word: String {
        switch self {
        case .anchorEnds: "anchor-ends"
        case .anchorHasEnded: "anchor-has-ended"
        case .certificateEnds: "certificate-ends"
        case .certificateHasEnded: "certificate-has-ended"
        case .issuerUnknown: "issuer-unknown"
        case .bundleFull: "bundle-full"
        }
    }

    /// The anchor that it is about, if it is about one.
    var anchor: Fingerprint? {
        switch self {
        case .anchorEnds(let anchor, _), .anchorHasEnded(let anchor), .issuerUnknown(let anchor),
            .bundleFull(let anchor):
            anchor
        case .certificateEnds, .certificateHasEnded: nil
        }
    }
}
