internal import CommyBase
internal import CommyMesh
internal import CommyReactor
internal import CommyTLS

/// Who the node is and whom it trusts: its files, and what the mesh decides about its roots.
/// Handshakes from here on use the new; the node has links made anew whose certificate does not
/// count any more (`Node.judgeCertificates`).
///
/// What this node cannot do it does not acknowledge: the rotation waits, and names it.
extension NodeRuntime {
    /// Between two looks at the wall clock; warnings about what ends, and the ends of links whose
    /// certificate has ended, come that late at most.
    private static let wallClockInterval = Duration.seconds(60)

    mutating func wallClockCame() {
        node.command(.wallClockRead(reactor.wallClock.secondsSince1970), at: reactor.now)
        reactor.setTimer(
            at: reactor.now + Self.wallClockInterval, EventToken(kind: Kind.wallClock))
    }

    /// The operator has put other files there.
    mutating func reload() {
        let before = identity.anchors
        do throws(NodeError) {
            try identity.reload(at: reactor.wallClock)
        } catch {
            events.add(.refused(peer: "self", code: error.code, detail: error.description))
            Complaint.write("what it was told to load again stays as it was: \(error)")
            return
        }
        trustComplaint = ""
        let after = identity.anchors
        for anchor in after where !before.contains(anchor) {
            note(anchor.fingerprint, "added", step: "reload")
        }
        for anchor in before where !after.contains(anchor) {
            note(anchor.fingerprint, "removed", step: "reload")
        }
        tellIdentity()
    }

    mutating func tellIdentity() {
        node.command(.anchorsLoaded(identity.anchors), at: reactor.now)
        _ = drain()
        tellCertificate()
    }

    private mutating func tellCertificate() {
        let facts = identity.facts
        toldIssuer = identity.issuer
        node.command(
            .certificateLoaded(
                serial: facts.serial, notAfter: facts.notAfter.secondsSince1970,
                issuer: toldIssuer),
            at: reactor.now)
        _ = drain()
    }

    /// The roots have changed by the mesh's decision; one of them may be the certificate's.
    private mutating func tellAnchors() {
        node.command(.anchorsLoaded(identity.anchors), at: reactor.now)
        _ = drain()
        if identity.issuer != toldIssuer { tellCertificate() }
    }

    mutating func judge(_ state: TrustState, from teller: NodeName) {
        let refusal = identity.refusal(of: state.anchor, at: reactor.wallClock)
        node.command(
            .anchorJudged(state, from: teller, refusal: refusal?.description), at: reactor.now)
    }

    mutating func install(_ anchor: TrustAnchor) {
        guard !identity.trusts(anchor.fingerprint) else { return tellAnchors() }
        do throws(NodeError) {
            try identity.install(anchor, at: reactor.wallClock)
        } catch {
            return complain(error)
        }
        note(anchor.fingerprint, "installed")
        tellAnchors()
    }

    mutating func remove(_ anchor: Fingerprint) {
        guard identity.trusts(anchor) else { return tellAnchors() }
        do throws(NodeError) { try identity.remove(anchor) } catch { return complain(error) }
        note(anchor, "removed")
        tellAnchors()
    }

    mutating func keep(_ state: TrustState) {
        do throws(NodeError) {
            try identity.enter(state, at: reactor.wallClock)
        } catch {
            complain(error)
        }
    }

    /// Nobody but the operator has the key of a root.
    mutating func wantCertificate(of anchor: Fingerprint) {
        guard identity.issuer != anchor else { return tellCertificate() }
        complain(
            "the mesh goes over to the root \(anchor.short), and this node's certificate is not "
                + "from it: run 'commy ca issue \(identity.name)' where the root is kept, put the "
                + "files in place, and send SIGHUP to this process")
    }

    private mutating func complain(_ error: NodeError) {
        guard error.description != trustComplaint else { return }
        events.add(.refused(peer: "self", code: error.code, detail: error.description))
        complain(error.description)
    }

    private mutating func complain(_ text: String) {
        guard text != trustComplaint else { return }
        trustComplaint = text
        Complaint.write(text)
    }

    private mutating func note(_ anchor: Fingerprint, _ state: String, step: String? = nil) {
        let current = node.trust.state.map { "\($0.step)" } ?? "none"
        tell(.trust(step: step ?? current, anchor: anchor.short, state: state))
    }
}
