internal import CommyBase
internal import CommyWire

/// One connection of a node: its protocol machine and what the node knows of the other end.
struct LinkSlot: Sendable {
    enum Phase: Sendable, Equatable {
        case free
        /// With a node, whose greeting is still to come.
        case greeting(TLSPeer)
        case peer(NodeID)
        case session
        /// The runtime was told to close it.
        case closing
    }

    var phase: Phase = .free
    var generation: UInt32 = 0
    var machine: LinkMachine
    var reader = FrameReader()
    var isOutward = false
    var remote: NetworkAddress
    /// The seed that was dialled, if it was one.
    var seed: NetworkAddress?
    /// The peer's life, from its greeting.
    var life: UInt64 = 0
    /// What the peer has shown; from its greeting.
    var certificate: TLSPeer?
    /// The link is to be made anew, because the certificate does not count any more.
    var renewal: LinkRenewal?
    var session: SessionRecord?
    /// How much of the output the runtime was told of.
    var announcedBytes: UInt64 = 0
    var isListed = false
    var isSettling = false
    var receivedBytes: UInt64 = 0
    var answers = AnswerBudget()
    var startedCalls: UInt64 = 0
    var openedAt: MeshInstant

    /// It can carry streams.
    var isLive: Bool {
        switch phase {
        case .peer, .session: true
        case .free, .greeting, .closing: false
        }
    }
}

/// What a node knows of a local process.
struct SessionRecord: Sendable {
    var credentials: SessionCredentials
    var isAdministrator = false
    var build = ""
    /// Numbers of its instances, rising.
    var instances: [UInt32] = []
    var watches: [Watch] = []
    /// Answers to queries that it has not read yet, first in, first out.
    var answers: [Answer] = []

    struct Answer: Sendable {
        let request: UInt32
        let rows: [String]
        /// Of all rows.
        let byteCount: Int
        /// The first row that was not sent.
        var next = 0

        init(request: UInt32, rows: [String]) {
            self.request = request
            self.rows = rows
            byteCount = rows.reduce(0) { $0 + $1.utf8.count }
        }
    }

    struct Watch: Sendable {
        var id: WatchID
        var request: UInt32
        /// Of the last EVENT: they are counted from 1, without gaps, modulo 2^32.
        var sequence: UInt32 = 0
        /// There are events to take, and the output was full.
        var isWaiting = false
    }
}

/// An attempt to connect.
struct Dial: Sendable {
    enum Target: Sendable, Equatable {
        case peer(NodeID)
        case seed
    }
    var token: DialToken
    var address: NetworkAddress
    var target: Target
    var until: MeshInstant
}
