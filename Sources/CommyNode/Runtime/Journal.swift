internal import CommyBase
internal import CommyMesh

/// What a node tells the person who started it: sentences on standard error about who comes, who
/// goes, and what will be an outage if nobody acts. The complete record are the events.
struct Journal {
    /// A peer that is turned away comes again every second or two, and says the same each time.
    private static let repeatAfter = Duration.seconds(60)
    /// Sentences that are remembered for that; the oldest of more is forgotten.
    private static let memory = 16

    private var said: [(text: String, at: MeshInstant)] = []

    mutating func add(_ event: NodeEvent, at now: MeshInstant) {
        guard let text = Self.sentence(event) else { return }
        if case .refused = event {
            said.removeAll { now - $0.at >= Self.repeatAfter }
            guard !said.contains(where: { $0.text == text }) else { return }
            said = said.suffix(Self.memory - 1) + [(text, now)]
        }
        Complaint.write(text)
    }

    private static func sentence(_ event: NodeEvent) -> String? {
        switch event {
        case .joined(let peer): "it has joined the mesh at '\(peer)'"
        case .member(let peer, .alive, _): "'\(peer)' is a member"
        case .member(let peer, .dead, _): "'\(peer)' is dead: it does not answer anybody"
        case .member(let peer, .left, _): "'\(peer)' has left the mesh"
        case .refused(let peer, let code, let detail):
            "refused \(peer): \(code)\(detail.isEmpty ? "" : ", \(detail)")"
                + (code.entry.map { "; \($0.cure)" } ?? "")
        case .trust(_, let anchor, let state): warning(state, anchor)
        case .stopping: "it leaves the mesh"
        case .broken(let rule, let detail): "a bug, please report it: \(rule) (\(detail))"
        case .started, .member(_, .suspect, _), .view, .catalog, .service, .link, .route,
            .request, .certificate:
            nil
        }
    }

    /// Of the words of trust events, those that somebody should act upon.
    private static func warning(_ state: String, _ anchor: String) -> String? {
        switch state {
        case "certificate-ends":
            "its certificate ends within a day: have another issued, then send SIGHUP"
        case "certificate-has-ended":
            "its certificate has ended, and no other node takes it: have another issued, then "
                + "send SIGHUP"
        case "anchor-ends":
            "the root \(anchor) ends within 30 days: begin a rotation, 'commy ca rotate --help'"
        case "anchor-has-ended": "the root \(anchor) has ended"
        case "issuer-unknown": "its own certificate is from the root \(anchor), not a trusted one"
        case "bundle-full": "there is no room for the root \(anchor): remove old ones first"
        case "installed": "the mesh trusts one root more: \(anchor)"
        case "removed": "the mesh trusts one root less: \(anchor)"
        case _: nil
        }
    }
}
