internal import CommyBase
internal import CommyMesh
internal import CommyReactor

extension NodeRuntime {
    /// Does all that the node wants now, and says until when there is nothing to do.
    mutating func drain() -> MeshInstant {
        while true {
            switch node.nextOutput() {
            case .dial(let token, let address, let expected):
                dial(token, address, expected: expected)
            case .cancelDial(let token): cancelDial(token)
            case .transmit(let link): transmit(link)
            case .close(let link, _): beginClosing(link)
            case .note(let event): tell(event)
            case .judgeAnchor(let state, let teller): judge(state, from: teller)
            case .installAnchor(let anchor): install(anchor)
            case .reissueCertificate(let anchor): wantCertificate(of: anchor)
            case .removeAnchor(let anchor): remove(anchor)
            case .keepTrust(let state): keep(state)
            case .stopped: hasStopped = true
            case .wait(let until): return until
            }
        }
    }

    mutating func tell(_ event: NodeEvent) {
        events.add(event)
        journal.add(event, at: reactor.now)
    }
}
