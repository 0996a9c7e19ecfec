internal import CommyBase

/// Keeps one usable link with one other node: which address is dialled and when, which of several
/// links carries new streams, and which is given up.
///
/// The node with the smaller number dials first; the other waits, so that both do not dial at once.
/// A path that fails is tried again after a growing, drawn time, and another path goes first. A
/// silent link is kept, because it may come back, while another path is dialled. Of several links
/// that work, the node with the smaller number keeps the one that it dialled itself, or the newest,
/// and drains the others; the node with the larger number only follows, so both agree. Whoever
/// finds that a link is outdated has a new one made before the old one goes.
///
/// One link and not a pool of them: it carries all calls to the node at once, each as a stream that
/// opens without a round trip and has credit and priority of its own. More connections to the same
/// host would share the same path, cost a handshake and buffers each, break the order by priority
/// that holds within one, and leave each with too little traffic to measure the path by.
///
/// Invariant: at most one dial is under way; `active` names one of `links` or nothing.
struct PeerMachine: Sendable {
    /// How much a link is wanted.
    enum Wish: Sendable, Equatable {
        case none
        /// One attempt over each path.
        case once
        case always
    }
    struct Path: Sendable, Equatable {
        var address: NetworkAddress
        var backOff = BackOff()
        var readyAt: MeshInstant
        var hasFailed = false
    }
    struct Link: Sendable, Equatable {
        var slot: Int
        var isOutward: Bool
        var remote: NetworkAddress
        var isSilent = false
        /// Takes no new streams: one side has said farewell.
        var isDraining = false
        /// What the peer has shown at its begin does not count any more.
        var isOutdated = false
        var since = MeshInstant.zero

        /// It is as good as a new one would be.
        var isFresh: Bool { !isSilent && !isDraining && !isOutdated }
    }
    /// What the owner must do now.
    enum Action: Sendable, Equatable {
        case dial(NetworkAddress)
        case cancelDial
        /// Say farewell on this link, and close it when its streams have ended.
        case drain(slot: Int)
    }

    let id: NodeID
    /// Whether this node's number is smaller than the peer's.
    let isFirstDialer: Bool
    private(set) var wish: Wish = .none
    private(set) var paths: [Path] = []
    private(set) var links: [Link] = []
    /// Links that two nodes dial at once begin within this of each other: a dial's patience and the
    /// greeting's. A later one is meant to take the place of the earlier.
    static let twinSpan = Duration.seconds(10)

    /// The address that is being dialled.
    private(set) var dialling: NetworkAddress?
    /// Before it, the node with the larger number leaves dialling to the other.
    private var patienceUntil: MeshInstant

    init(id: NodeID, isFirstDialer: Bool, at now: MeshInstant) {
        self.id = id
        self.isFirstDialer = isFirstDialer
        patienceUntil = now
    }

    /// The link that new streams use: the newest of those that move, or a silent one for want of
    /// better; nil when there is none.
    var active: Link? {
        links.last(where: \.isFresh) ?? links.last { !$0.isSilent && !$0.isDraining }
            ?? links.last { !$0.isDraining }
    }
    /// Whether a stream that is sent now is likely to arrive.
    var isUsable: Bool { links.contains { !$0.isSilent && !$0.isDraining } }
    private var hasFreshLink: Bool { links.contains(where: \.isFresh) }
    /// Nothing is wanted of this peer and nothing is left of it.
    var isIdle: Bool { wish == .none && links.isEmpty && dialling == nil }

    /// A link is wanted, at one of these addresses.
    mutating func wanted(
        _ wish: Wish, at addresses: [NetworkAddress], _ limits: NodeLimits, at now: MeshInstant
    ) {
        if self.wish == .none || (self.wish == .once && wish == .always) {
            patienceUntil = isFirstDialer || wish == .once ? now : now + limits.secondDialer
        }
        self.wish = wish
        paths = addresses.map { address in
            paths.first { $0.address == address } ?? Path(address: address, readyAt: now)
        }
        if wish == .once {
            for index in paths.indices { paths[index].hasFailed = false }
        }
    }

    mutating func unwanted() { wish = .none }

    mutating func dialFailed(
        _ limits: NodeLimits, _ random: inout RandomStream, at now: MeshInstant
    ) {
        guard let address = dialling else { return }
        dialling = nil
        failed(address, limits, &random, at: now)
    }

    /// A link has greeted. The dial, if it was ours, has succeeded.
    mutating func linkUp(
        slot: Int, isOutward: Bool, remote: NetworkAddress, at now: MeshInstant
    ) {
        if isOutward, dialling == remote { dialling = nil }
        for index in paths.indices where paths[index].address == remote {
            paths[index].backOff.succeeded()
            paths[index].readyAt = now
        }
        links.append(Link(slot: slot, isOutward: isOutward, remote: remote, since: now))
        if wish == .once { wish = .none }
    }

    mutating func linkSilent(slot: Int, _ limits: NodeLimits, at now: MeshInstant) {
        guard let index = links.firstIndex(where: { $0.slot == slot }) else { return }
        links[index].isSilent = true
        // The others first: this one has just shown that it does not work.
        for path in paths.indices where paths[path].address == links[index].remote {
            paths[path].readyAt = max(paths[path].readyAt, now + limits.backOffFirst)
        }
        patienceUntil = isFirstDialer ? now : now + limits.secondDialer
    }

    mutating func linkHeard(slot: Int) {
        guard let index = links.firstIndex(where: { $0.slot == slot }) else { return }
        links[index].isSilent = false
    }

    mutating func linkDraining(slot: Int) {
        guard let index = links.firstIndex(where: { $0.slot == slot }) else { return }
        links[index].isDraining = true
    }

    /// What the peer has shown on this link does not count any more: another link is wanted, and
    /// this one until then.
    mutating func linkOutdated(slot: Int, _ limits: NodeLimits, at now: MeshInstant) {
        guard let index = links.firstIndex(where: { $0.slot == slot }) else { return }
        links[index].isOutdated = true
        patienceUntil = isFirstDialer ? now : now + limits.secondDialer
    }

    /// A link is gone. `isFailure` unless it ended by agreement.
    mutating func linkDown(
        slot: Int, isFailure: Bool, _ limits: NodeLimits, _ random: inout RandomStream,
        at now: MeshInstant
    ) {
        guard let index = links.firstIndex(where: { $0.slot == slot }) else { return }
        let link = links.remove(at: index)
        if isFailure, link.isOutward { failed(link.remote, limits, &random, at: now) }
        if links.isEmpty { patienceUntil = isFirstDialer ? now : now + limits.secondDialer }
    }

    /// Decides what to do next; call until nil.
    mutating func nextAction(at now: MeshInstant) -> Action? {
        if let outdated { return drain(outdated) }
        if let surplus { return drain(surplus) }
        if dialling != nil {
            // The peer was faster.
            guard hasFreshLink, wish != .none else { return nil }
            dialling = nil
            return .cancelDial
        }
        guard needsLink, now >= patienceUntil, let index = nextPath, paths[index].readyAt <= now
        else { return nil }
        dialling = paths[index].address
        return .dial(paths[index].address)
    }

    var nextDeadline: MeshInstant {
        guard dialling == nil, needsLink, let index = nextPath else { return .never }
        return max(patienceUntil, paths[index].readyAt)
    }

    private var needsLink: Bool { wish != .none && !hasFreshLink }

    /// The path that is ready first; the better address among equals.
    private var nextPath: Int? {
        var best: Int?
        for index in paths.indices where wish == .always || !paths[index].hasFailed {
            if let current = best, paths[current].readyAt <= paths[index].readyAt { continue }
            best = index
        }
        return best
    }

    /// An outdated link that another has taken the place of; either side ends those that it finds.
    private var outdated: Int? {
        guard hasFreshLink else { return nil }
        return links.first { $0.isOutdated && !$0.isDraining }?.slot
    }

    /// A link that is one too many; only the first dialer decides.
    private var surplus: Int? {
        guard isFirstDialer else { return nil }
        var working: [Link] = []
        for link in links where link.isFresh { working.append(link) }
        guard working.count > 1 else { return nil }
        let newest = working[working.count - 1]
        let keep =
            working.last { $0.isOutward && newest.since - $0.since <= Self.twinSpan } ?? newest
        return working.first { $0 != keep }?.slot
    }

    private mutating func drain(_ slot: Int) -> Action {
        linkDraining(slot: slot)
        return .drain(slot: slot)
    }

    private mutating func failed(
        _ address: NetworkAddress, _ limits: NodeLimits, _ random: inout RandomStream,
        at now: MeshInstant
    ) {
        for index in paths.indices where paths[index].address == address {
            let pause = paths[index].backOff.failed(
                first: limits.backOffFirst, last: limits.backOffLast, &random)
            paths[index].readyAt = now + pause
            paths[index].hasFailed = true
        }
        if wish == .once, paths.allSatisfy(\.hasFailed) { wish = .none }
    }

    func checkInvariants() {
        precondition(Set(links.map(\.slot)).count == links.count, "a link is there twice")
        if let dialling {
            let isDialledInVain = links.contains { link in
                link.remote == dialling && link.isOutward && link.isFresh
            }
            precondition(!isDialledInVain, "no path is dialled that has a good link")
        }
    }
}
