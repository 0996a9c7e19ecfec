public import CommyBase

/// A node inside the process that uses it: the node and its sessions, joined by moving bytes in
/// memory where a daemon has a socket. Everything else is the same code.
///
/// The drain rule holds for the whole: after each input, to the node or to a session, call
/// `nextOutput()` until it says `.wait(until:)`.
public struct EmbeddedNode: ~Copyable, Sendable {
    /// Names one session; numbers are not used again.
    public struct SessionNumber: Sendable, Hashable {
        public let value: Int
    }
    public enum Output: Sendable, Equatable {
        /// For the runtime; never about a session of this process.
        case node(NodeOutput)
        /// For whoever uses the session.
        case session(SessionNumber, SessionOutput)
        case wait(until: MeshInstant)
    }
    private struct Session: Sendable {
        let number: SessionNumber
        var client: SessionClient
        let link: LinkHandle
    }

    /// For facts and orders; drain afterwards.
    public var node: Node
    /// Those that are not over, rising by number.
    private var sessions: [Session] = []
    private var nextNumber = 0
    private let credentials: SessionCredentials
    private var now: MeshInstant

    /// `credentials` are those of this process.
    public init(
        _ configuration: NodeConfiguration, credentials: SessionCredentials, at now: MeshInstant
    ) {
        node = Node(configuration, at: now)
        self.credentials = credentials
        self.now = now
    }

    public mutating func attach(
        _ configuration: SessionConfiguration, at now: MeshInstant
    ) -> SessionNumber {
        self.now = max(self.now, now)
        let link = node.sessionOpened(credentials, at: now)
        let number = SessionNumber(value: nextNumber)
        nextNumber += 1
        sessions.append(
            Session(number: number, client: SessionClient(configuration, at: now), link: link))
        return number
    }

    /// Uses a session: calls, registers, answers. Drain afterwards. Nil when the session is over:
    /// `.detached` was the last that it had to tell.
    public mutating func withSession<Value, Failure: Error>(
        _ number: SessionNumber, at now: MeshInstant,
        _ body: (inout SessionClient) throws(Failure) -> Value
    ) throws(Failure) -> Value? {
        self.now = max(self.now, now)
        let index = sessions.partitionPoint { $0.number.value < number.value }
        guard index < sessions.count, sessions[index].number == number else { return nil }
        return try body(&sessions[index].client)
    }

    /// Time has passed.
    public mutating func advance(to now: MeshInstant) {
        self.now = max(self.now, now)
        node.advance(to: now)
        for index in sessions.indices {
            sessions[index].client.advance(to: now)
        }
    }

    public mutating func nextOutput() -> Output {
        while true {
            let nodeOutput = node.nextOutput()
            guard case .wait(let nodeWait) = nodeOutput else {
                if let output = serve(nodeOutput) { return output }
                continue
            }
            var wait = nodeWait
            var isQuiet = true
            var index = 0
            while index < sessions.count {
                switch sessions[index].client.nextOutput() {
                case .wait(let until):
                    wait = min(wait, until)
                    index += 1
                case .transmit:
                    moveToNode(index)
                    isQuiet = false
                    index += 1
                case .close:
                    moveToNode(index)
                    node.closed(sessions.remove(at: index).link, .ended, at: now)
                    isQuiet = false
                case let output: return .session(sessions[index].number, output)
                }
            }
            if isQuiet { return .wait(until: wait) }
        }
    }

    /// Does what concerns a session of this process; the rest is for the runtime.
    private mutating func serve(_ output: NodeOutput) -> Output? {
        switch output {
        case .transmit(let link):
            guard let index = index(of: link) else { return .node(output) }
            moveToSession(index)
            return nil
        case .close(let link, _):
            guard let index = index(of: link) else { return .node(output) }
            moveToSession(index)
            sessions[index].client.transportClosed(.ended, at: now)
            node.closed(link, .ended, at: now)
            return nil
        case .dial, .cancelDial, .judgeAnchor, .installAnchor, .reissueCertificate, .removeAnchor,
            .keepTrust, .note, .stopped, .wait:
            return .node(output)
        }
    }

    private func index(of link: LinkHandle) -> Int? {
        sessions.firstIndex { $0.link == link }
    }

    private mutating func moveToSession(_ index: Int) {
        let link = sessions[index].link
        Self.move(&node, to: &sessions[index].client, link, at: now)
    }

    private mutating func moveToNode(_ index: Int) {
        let link = sessions[index].link
        Self.move(&sessions[index].client, to: &node, link, at: now)
    }

    /// Lends what the node has for a session to it; nothing is copied on the way.
    private static func move(
        _ node: inout Node, to client: inout SessionClient, _ link: LinkHandle,
        at now: MeshInstant
    ) {
        let count = node.withOutgoing(link) { bytes in
            client.received(bytes, at: now)
            return bytes.byteCount
        }
        node.consumed(count, on: link, at: now)
    }

    private static func move(
        _ client: inout SessionClient, to node: inout Node, _ link: LinkHandle,
        at now: MeshInstant
    ) {
        let count = client.withOutgoing { bytes in
            node.received(bytes, on: link, at: now)
            return bytes.byteCount
        }
        client.consumed(count, at: now)
    }
}
