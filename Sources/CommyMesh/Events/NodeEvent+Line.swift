internal import CommyBase
internal import CommyWire

extension NodeEvent {
    /// `@commy KIND key=value ...` without a line end. Keys stand in a fixed order, values hold no
    /// spaces (percent-encoded), and a value that is not known is left out.
    public var line: String {
        var line = EventLine(kind)
        write(into: &line)
        return line.text
    }

    /// The word behind `@commy`.
    public var kind: String {
        switch self {
        case .started: "started"
        case .stopping: "stopping"
        case .joined: "joined"
        case .member: "member"
        case .view: "view"
        case .catalog: "catalog"
        case .service: "service"
        case .link: "link"
        case .refused: "refused"
        case .route: "route"
        case .request: "request"
        case .trust: "trust"
        case .certificate: "certificate"
        case .broken: "broken"
        }
    }

    private func write(into line: inout EventLine) {
        switch self {
        case .started(let node, let mesh, let life):
            line.add("node", node.text)
            line.add("mesh", mesh.text)
            line.add("life", EventLine.hexadecimal(life))
        case .stopping(let node):
            line.add("node", node.text)
        case .joined(let peer):
            line.add("peer", peer.text)
        case .member(let peer, let state, let incarnation):
            line.add("peer", peer.text)
            line.add("state", state.word)
            line.add("incarnation", String(incarnation))
        case .view(let members, let alive, let hash):
            line.add("members", String(members))
            line.add("alive", String(alive))
            line.add("hash", EventLine.hexadecimal(hash))
        case .catalog(let version, let entries, let hash):
            line.add("version", String(version))
            line.add("entries", String(entries))
            line.add("hash", EventLine.hexadecimal(hash))
        case .service(let name, let instance, let state, let owner):
            line.add("name", name.text)
            line.add("instance", instance.description)
            line.add("state", state.rawValue)
            line.add("owner", owner.text)
        case .link(let note): note.write(into: &line)
        case .refused(let peer, let code, let detail):
            line.add("peer", peer)
            line.add("code", code.description)
            line.add("detail", detail)
        case .route(let note): note.write(into: &line)
        case .request(let note): note.write(into: &line)
        case .trust(let step, let anchor, let state):
            line.add("step", step)
            line.add("anchor", anchor)
            line.add("state", state)
        case .certificate(let subject, let notAfter, let serial):
            line.add("subject", subject)
            line.add("not_after", String(notAfter))
            line.add("serial", serial)
        case .broken(let rule, let detail):
            line.add("rule", rule)
            line.add("detail", detail)
        }
    }
}

extension NodeEvent.LinkNote {
    fileprivate func write(into line: inout EventLine) {
        line.add("peer", peer.text)
        line.add("state", state.rawValue)
        line.add("direction", direction.rawValue)
        line.add("path", path.text(whereDialled: direction == .outward))
        line.add("reason", reason?.description)
        line.add("rtt_us", roundTrip.map { String($0.nanoseconds / 1_000) })
    }
}

extension NetworkAddress {
    /// The far end of a link as events show it: of one that came in without the port, which the
    /// peer's kernel has drawn and nobody can dial.
    func text(whereDialled: Bool) -> String { whereDialled ? description : hostText }
}

extension NodeEvent.RouteNote {
    fileprivate func write(into line: inout EventLine) {
        line.add("call", call.description)
        line.add("service", service.text)
        line.add("method", method.text)
        line.add("instance", instance.description)
        line.add("node", node.text)
        line.add("rule", rule)
        line.add("attempt", String(attempt))
        line.add("transport", transport.rawValue)
    }
}

extension NodeEvent.RequestNote {
    fileprivate func write(into line: inout EventLine) {
        line.add("call", call.description)
        line.add("service", service.text)
        line.add("outcome", failure == nil ? "ok" : "error")
        line.add("code", failure?.description)
        line.add("from", from.text)
        line.add("node", node?.text)
        line.add("latency_us", String(latency.nanoseconds / 1_000))
    }
}

extension MemberState {
    /// The word in events and listings.
    public var word: String {
        switch self {
        case .alive: "alive"
        case .suspect: "suspect"
        case .dead: "dead"
        case .left: "left"
        }
    }
}

/// Writes one event line: values are percent-encoded, empty ones are left out.
public struct EventLine: Sendable {
    public private(set) var text: String

    public init(_ kind: String) { text = "@commy \(kind)" }

    public mutating func add(_ key: StaticString, _ value: String?) {
        guard let value, !value.isEmpty else { return }
        text += " \(key)="
        for byte in value.utf8 {
            if byte > 0x20, byte < 0x7f, byte != 0x25 {
                text.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                text += digits.utf8.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
    }

    /// Sixteen hexadecimal digits.
    public static func hexadecimal(_ number: UInt64) -> String { NodeID(value: number).description }
}
