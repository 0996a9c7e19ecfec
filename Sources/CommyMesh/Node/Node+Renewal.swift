internal import CommyBase

/// How a link is made anew whose certificate does not count any more.
struct LinkRenewal: Sendable, Equatable {
    enum Step: Sendable, Equatable {
        /// Its turn has not come.
        case waiting
        /// A link to take its place is wanted.
        case replacing
        /// It takes no new streams.
        case ended
    }

    /// Why the certificate does not count: `certificateExpired` or `unknownAuthority`.
    let code: ErrorCode
    var step = Step.waiting
    /// When the next step is due.
    var nextStepAt: MeshInstant
}

// Certificates are judged by TLS at the begin of a link. They end, and roots are removed, while the
// link goes on: then another is made, for which TLS judges again, and the old one takes no new
// streams and ends with its last. When there is no other, because the peer is refused now, the old
// one ends too.
extension Node {
    mutating func judgeCertificates() {
        for slot in links.indices { judgeCertificate(slot) }
    }

    mutating func judgeCertificate(_ slot: Int) {
        guard case .peer = links[slot].phase, links[slot].renewal == nil,
            let certificate = links[slot].certificate, let code = fault(of: certificate)
        else { return }
        let spread = Double(limits.renewalSpread.nanoseconds) * jitter.nextUnit()
        links[slot].renewal = LinkRenewal(
            code: code, nextStepAt: now + .nanoseconds(Int64(spread)))
        armLink(slot)
    }

    private func fault(of certificate: TLSPeer) -> ErrorCode? {
        if let wall = trust.wall, certificate.notAfter != 0, certificate.notAfter <= wall {
            return .certificateExpired
        }
        // A node that was not told of its bundle judges nobody by it.
        guard let issuer = certificate.issuer, !trust.bundle.isEmpty,
            !trust.bundle.contains(where: { $0.fingerprint == issuer })
        else { return nil }
        return .unknownAuthority
    }

    mutating func renewalTimePassed(_ slot: Int) {
        guard let renewal = links[slot].renewal, renewal.nextStepAt <= now,
            case .peer(let peer) = links[slot].phase, let index = peerIndex(peer)
        else { return }
        switch renewal.step {
        case .waiting:
            links[slot].renewal?.step = .replacing
            links[slot].renewal?.nextStepAt = now + limits.renewalPatience
            peers[index].linkOutdated(slot: slot, limits, at: now)
        case .replacing:
            links[slot].renewal?.step = .ended
            links[slot].renewal?.nextStepAt = .never
            peerLinkDraining(slot, peer)
            withMachine(slot) { [now] in $0.beginClosing(.peerShuttingDown, at: now) }
        case .ended: break
        }
        peersAreDue = true
    }
}
