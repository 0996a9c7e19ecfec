import CommyBase
import CommyMesh
import CommyWire
import Testing

/// Many membership machines under one virtual clock, with links between them that behave as TCP
/// connections do. Everything that happens follows from the seed.
final class MembershipWorld {
    enum Loss {
        case none
        /// A lost message comes late, after 200 ms, 600 ms, 1.4 s ..., and those behind it wait.
        case retransmitted(Double)
        /// A lost message is lost.
        case dropped(Double)
    }
    struct Options {
        var count = 3
        var seed: UInt64 = 1
        /// One way, on average over the pairs.
        var latency = Duration.milliseconds(1)
        var loss = Loss.none
        var limits = MembershipLimits()
        /// When the owner of the links reports silence; nil: never.
        var silentAfter: Duration?
        /// When a link that moves nothing is given up.
        var giveUpAfter = Duration.seconds(5)
        /// Invariants are checked after each so many steps.
        var checkEach = 1
    }
    enum Condition: Equatable {
        case absent
        case running
        case paused
        /// No power: nothing answers and nothing is said.
        case powerless
        /// The process is gone, its kernel is not.
        case crashed
    }
    enum Fact {
        case message(SwimMessage, from: Int)
        case introduced(MemberRecord)
        case linkUp(Int)
        case linkDown(Int, LinkLoss)
        case linkSilent(Int)
        case linkHeard(Int)
    }
    enum Event {
        case fact(Fact, to: Int, link: UInt64?)
        case wake(Int)
        case attempt(from: Int, to: Int, tries: Int, isOnce: Bool)
        case connected(from: Int, to: Int)
        case giveUp(from: Int, to: Int, link: UInt64)
        case silence(from: Int, to: Int, link: UInt64)
    }
    struct Node {
        var machine: Membership?
        var condition = Condition.absent
        var lives: UInt64 = 0
        var inbox: [Fact] = []
        var wakeAt = MeshInstant.never
        var isDialling: [Bool]
        /// What it has said about others, in order.
        var changes: [Change] = []
        var conflicts: [MembershipConflict] = []
        var refutations = 0
        var bytesSent = 0
        var messagesSent = 0
    }
    struct Change: Equatable {
        let at: MeshInstant
        let id: NodeID
        let state: MemberState
    }
    /// One direction of the link between two nodes.
    struct Lane {
        /// Which link it is; 0 when there is none.
        var link: UInt64 = 0
        var isCut = false
        var lastDelivery = MeshInstant.zero
        /// What waits in the sender's kernel.
        var held: [SwimMessage] = []
        var drawn: UInt64 = 0
    }

    let options: Options
    let key: RandomKey
    let names: [NodeName]
    let ids: [NodeID]
    private let indices: [NodeID: Int]
    var nodes: [Node]
    var lanes: [Lane]
    var queue = EventQueue<Event>()
    var now = MeshInstant.zero
    var links: UInt64 = 0
    var steps = 0
    var draws: RandomStream
    /// All state changes of all nodes, folded: equal runs have equal ones.
    var fingerprint = RandomKey(seed: 0)

    init(_ options: Options) {
        self.options = options
        key = RandomKey(seed: options.seed)
        draws = RandomStream(key: key.labelled("world"))
        names = (0..<options.count).map { index in
            guard let name = NodeName("node-\(index)") else { preconditionFailure() }
            return name
        }
        ids = names.map(NodeID.init)
        indices = Dictionary(uniqueKeysWithValues: zip(ids, 0...))
        nodes = Array(
            repeating: Node(isDialling: Array(repeating: false, count: options.count)),
            count: options.count)
        lanes = Array(repeating: Lane(), count: options.count * options.count)
    }

    func lane(_ from: Int, _ to: Int) -> Int { from * options.count + to }
    func index(of id: NodeID) -> Int? { indices[id] }

    // Time.

    func run(for span: Duration) { run(until: now + span) }

    func run(until end: MeshInstant) {
        while let next = queue.nextTime, next <= end { step() }
        now = end
    }

    /// Runs until the condition holds; nil when it does not within `limit`.
    func run(atMost limit: Duration, until holds: (MembershipWorld) -> Bool) -> Duration? {
        let begin = now
        while !holds(self) {
            guard let next = queue.nextTime, next - begin <= limit else { return nil }
            step()
        }
        return now - begin
    }

    private func step() {
        guard let (at, event) = queue.removeFirst() else { return }
        now = at
        steps += 1
        switch event {
        case .fact(let fact, let to, let link): arrive(fact, at: to, link)
        case .wake(let index): wake(index)
        case .attempt(let from, let to, let tries, let isOnce):
            attempt(from, to, tries: tries, isOnce: isOnce)
        case .connected(let from, let to): connected(from, to)
        case .giveUp(let from, let to, let link):
            if lanes[lane(from, to)].link == link, !lanes[lane(from, to)].held.isEmpty {
                close(from, to, .timedOut)
            }
        case .silence(let from, let to, let link):
            let lane = lanes[lane(from, to)]
            if lane.link == link, lane.isCut || nodes[from].condition == .powerless {
                tell(to, .linkSilent(from))
            }
        }
    }

    private func wake(_ index: Int) {
        nodes[index].wakeAt = .never
        guard nodes[index].condition == .running, let due = nodes[index].machine?.nextDeadline
        else { return }
        if due <= now { nodes[index].machine?.advance(to: now) }
        drain(index)
    }

    private func arrive(_ fact: Fact, at index: Int, _ link: UInt64?) {
        if case .message(_, let from) = fact, lanes[lane(from, index)].link != link { return }
        tell(index, fact)
    }

    /// Hands a fact to a node, or keeps it while the node is stopped.
    func tell(_ index: Int, _ fact: Fact) {
        switch nodes[index].condition {
        case .absent, .powerless, .crashed: return
        case .paused: nodes[index].inbox.append(fact)
        case .running:
            nodes[index].machine?.take(fact, ids: ids, at: now)
            drain(index)
        }
    }

    /// The drain rule, and the check of all invariants.
    func drain(_ index: Int) {
        while let output = nodes[index].machine?.nextOutput() { carryOut(output, of: index) }
        if steps % options.checkEach == 0, let broken = nodes[index].machine?.checkInvariants() {
            Issue.record("seed \(options.seed), \(now.nanoseconds) ns, \(names[index]): \(broken)")
        }
        guard let due = nodes[index].machine?.nextDeadline, due < nodes[index].wakeAt else {
            return
        }
        nodes[index].wakeAt = due
        queue.add(.wake(index), at: max(due, now))
    }

    private func carryOut(_ output: MembershipOutput, of index: Int) {
        switch output {
        case .send(let message, let id):
            guard let to = self.index(of: id) else { return }
            send(message, from: index, to: to)
        case .dial(let id, _):
            guard let to = self.index(of: id) else { return }
            dial(from: index, to: to)
        case .changed(let id, let state, let record):
            nodes[index].changes.append(Change(at: now, id: id, state: state))
            fingerprint = fingerprint.numbered(UInt64(now.nanoseconds)).numbered(ids[index].value)
                .numbered(id.value).numbered(UInt64(state.rawValue))
                .numbered(record.incarnation)
        case .refuted: nodes[index].refutations += 1
        case .forget, .seekTwin: break
        case .conflict(let conflict): nodes[index].conflicts.append(conflict)
        }
    }
}

extension Membership {
    mutating func take(_ fact: MembershipWorld.Fact, ids: [NodeID], at now: MeshInstant) {
        switch fact {
        case .message(let message, let from): received(message, from: ids[from], at: now)
        case .introduced(let record): introduced(record, at: now)
        case .linkUp(let peer): linkUp(ids[peer], at: now)
        case .linkDown(let peer, let reason): linkDown(ids[peer], reason: reason, at: now)
        case .linkSilent(let peer): linkSilent(ids[peer], at: now)
        case .linkHeard(let peer): linkHeard(ids[peer], at: now)
        }
    }
}
