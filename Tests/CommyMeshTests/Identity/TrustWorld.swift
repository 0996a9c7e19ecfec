import CommyBase
import CommyMesh
import CommyWire
import Testing

/// Several rotation machines, each with files that follow its orders, and links that can be cut.
/// Messages travel one at a time in the order in which they were sent.
final class TrustWorld {
    struct Node {
        let name: NodeName
        var machine: TrustRotation
        var bundle: [TrustAnchor]
        var issuer: Fingerprint
        /// Whether its owner does what it is asked.
        var obeys = true
        var isDown = false
        var outputs: [TrustOutput] = []
        var lives: UInt64 = 1
    }

    static let year: Int64 = 31_536_000
    let old = TrustWorld.anchor(1)
    var nodes: [Node] = []
    var cuts: Set<[Int]> = []
    var mail: [(from: Int, to: Int, message: TrustMessage)] = []
    var now = MeshInstant.zero
    var sent = 0

    /// The end of certificates that are endorsed by a trusted one, as far as these owners look.
    static let vouched: UInt8 = 0xca

    static func anchor(
        _ number: UInt8, end: Int64 = 10 * year, isVouchedFor: Bool = true
    ) -> TrustAnchor {
        guard let print = Fingerprint(Array(repeating: number, count: 32)),
            let anchor = TrustAnchor(
                fingerprint: print, notAfter: end,
                certificate: [number, isVouchedFor ? vouched : 0xbd])
        else { preconditionFailure() }
        return anchor
    }

    init(_ count: Int) throws {
        for index in 0..<count {
            let name = try #require(NodeName("node-\(index)"))
            nodes.append(
                Node(
                    name: name,
                    machine: TrustRotation(
                        self: name, life: 1, random: RandomKey(seed: UInt64(index)), at: now),
                    bundle: [old], issuer: old.fingerprint))
        }
        for index in 0..<count { load(index) }
        for index in 0..<count { meetEverybody(index) }
        settle()
    }

    func id(_ index: Int) -> NodeID { NodeID(nodes[index].name) }

    func record(_ index: Int) -> MemberRecord {
        MemberRecord(
            name: nodes[index].name, zone: .unknown, addresses: [], incarnation: 0,
            life: nodes[index].lives)
    }

    /// The files are read.
    func load(_ index: Int) {
        nodes[index].machine.bundleLoaded(nodes[index].bundle, at: now)
        nodes[index].machine.certificateLoaded(
            issuer: nodes[index].issuer, end: Self.year, at: now)
        drain(index)
    }

    func meetEverybody(_ index: Int) {
        for other in nodes.indices where other != index && !isCut(index, other) {
            see(other, .alive, at: index)
            nodes[index].machine.linkUp(id(other), at: now)
            drain(index)
        }
    }

    func see(_ other: Int, _ state: MemberState, at index: Int) {
        nodes[index].machine.memberChanged(id(other), state, record(other), at: now)
        drain(index)
    }

    func isCut(_ one: Int, _ other: Int) -> Bool {
        nodes[one].isDown || nodes[other].isDown || cuts.contains([one, other].sorted())
    }

    func drain(_ index: Int) {
        while let output = nodes[index].machine.nextOutput() {
            nodes[index].outputs.append(output)
            obey(output, index)
        }
        let broken = nodes[index].machine.checkInvariants()
        #expect(broken == nil)
        #expect(!nodes[index].bundle.isEmpty, "a node always trusts something")
    }

    private func obey(_ output: TrustOutput, _ index: Int) {
        let obeys = nodes[index].obeys
        switch output {
        case .send(let message, let to):
            guard let place = nodes.indices.first(where: { id($0) == to }) else { return }
            sent += 1
            mail.append((index, place, message))
        case .judge(let state, let from):
            let isVouchedFor = state.anchor.certificate.last == Self.vouched
            nodes[index].machine.anchorJudged(
                state, from: from, refusal: isVouchedFor ? nil : "nobody vouches", at: now)
        case .install(let anchor) where obeys:
            nodes[index].bundle.append(anchor)
            nodes[index].machine.bundleLoaded(nodes[index].bundle, at: now)
        case .remove(let print) where obeys:
            nodes[index].bundle.removeAll { $0.fingerprint == print }
            nodes[index].machine.bundleLoaded(nodes[index].bundle, at: now)
        case .reissue(let print) where obeys:
            nodes[index].issuer = print
            nodes[index].machine.certificateLoaded(issuer: print, end: Self.year, at: now)
        case .install, .remove, .reissue, .entered, .overtaken, .acknowledged, .warning, .refused:
            break
        }
    }

    /// Delivers all mail.
    func settle() {
        while !mail.isEmpty {
            let (from, to, message) = mail.removeFirst()
            guard !isCut(from, to) else { continue }
            var writer = ByteWriter()
            message.encode(into: &writer)
            let bytes = writer.bytes
            guard let read = try? TrustMessage(decoding: unsafe bytes.span.bytes) else {
                Issue.record("a message that is not read as it was written")
                continue
            }
            nodes[to].machine.received(read, from: id(from), at: now)
            drain(to)
        }
    }

    func run(seconds: Int64) {
        for _ in 0..<seconds * 2 {
            now = now + .milliseconds(500)
            for index in nodes.indices where !nodes[index].isDown {
                if nodes[index].machine.nextDeadline <= now {
                    nodes[index].machine.advance(to: now)
                    drain(index)
                }
            }
            settle()
        }
    }

    /// Cuts the groups apart, and each sees the other dead.
    func partition(_ group: [Int], from others: [Int]) {
        for one in group {
            for other in others {
                cuts.insert([one, other].sorted())
                for (a, b) in [(one, other), (other, one)] {
                    nodes[a].machine.linkDown(id(b), at: now)
                    see(b, .dead, at: a)
                }
            }
        }
    }

    func heal() {
        for pair in cuts.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
            cuts.remove(pair)
            for (a, b) in [(pair[0], pair[1]), (pair[1], pair[0])] {
                see(b, .alive, at: a)
                nodes[a].machine.linkUp(id(b), at: now)
                drain(a)
            }
        }
        settle()
    }

    func crash(_ index: Int) {
        nodes[index].isDown = true
        for other in nodes.indices where other != index {
            nodes[other].machine.linkDown(id(index), at: now)
            see(index, .dead, at: other)
        }
    }

    /// Another life with the files of the last one, and no memory of the rotation.
    func restart(_ index: Int) {
        nodes[index].isDown = false
        nodes[index].lives += 1
        nodes[index].machine = TrustRotation(
            self: nodes[index].name, life: nodes[index].lives,
            random: RandomKey(seed: UInt64(index)), at: now)
        load(index)
        for other in nodes.indices where other != index && !isCut(index, other) {
            see(index, .alive, at: other)
            nodes[other].machine.linkUp(id(index), at: now)
            drain(other)
        }
        meetEverybody(index)
        settle()
    }

    func begin(_ anchor: TrustAnchor, on index: Int, replacing: Bool = false)
        throws(RotationRefusal)
    {
        defer {
            drain(index)
            settle()
        }
        try nodes[index].machine.begin(anchor, replacing: replacing, at: now)
    }

    func proceed(on index: Int, absent: TrustRotation.Absent = .leaveBehind)
        throws(RotationRefusal)
    {
        defer {
            drain(index)
            settle()
        }
        try nodes[index].machine.proceed(absent: absent, at: now)
    }

    func bundles() -> [[Fingerprint]] { nodes.map { $0.bundle.map(\.fingerprint).sorted() } }
    func issuers() -> Set<Fingerprint> { Set(nodes.map(\.issuer)) }
    func steps() -> [TrustState.Step?] { nodes.map { $0.machine.state?.step } }
}
