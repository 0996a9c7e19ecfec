import CommyBase
import CommyMesh
import Testing

/// A member with a valid certificate says what it likes about the rotation.
struct TrustForgeryTests {
    private let new = TrustWorld.anchor(2)
    private let forged = TrustWorld.anchor(66, isVouchedFor: false)

    /// The last node says this to the first.
    private func say(
        _ world: TrustWorld, _ state: TrustState, _ reports: [TrustReport] = []
    ) {
        let liar = world.nodes.count - 1
        world.mail.append((liar, 0, .news(state: state, reports: reports)))
        world.settle()
    }

    private func state(
        _ world: TrustWorld, _ term: UInt64, _ step: TrustState.Step, _ anchor: TrustAnchor
    ) -> TrustState {
        TrustState(term: term, step: step, owner: world.nodes.last!.name, anchor: anchor)
    }

    private func refusals(_ node: TrustWorld.Node) -> [NodeName] {
        node.outputs.compactMap {
            if case .refused(_, let teller, _) = $0 { teller } else { nil }
        }
    }

    @Test(arguments: TrustState.Step.allCases)
    func `an anchor that no trusted one vouches for is not followed, kept or passed on`(
        _ step: TrustState.Step
    ) throws {
        let world = try TrustWorld(4)
        say(world, state(world, 7, step, forged))
        world.run(seconds: 20)
        for node in world.nodes {
            #expect(node.machine.state == nil)
            #expect(node.bundle == [world.old])
            let isKept = node.outputs.contains {
                if case .entered = $0 { true } else { false }
            }
            #expect(!isKept)
        }
        #expect(refusals(world.nodes[0]) == [world.nodes[3].name], "it is named, and once")
        #expect(refusals(world.nodes[1]).isEmpty, "nobody else has heard of it")
        for _ in 0..<3 {
            if world.nodes[0].machine.state == nil { try world.begin(new, on: 0) }
            try world.proceed(on: 1)
        }
        #expect(world.bundles().allSatisfy { $0 == [new.fingerprint] })
    }

    @Test func `a rotation goes on while a member tells of a later one`() throws {
        let world = try TrustWorld(4)
        try world.begin(new, on: 0)
        for step in TrustState.Step.allCases {
            say(world, state(world, 900, step, forged))
            if step != .settled { try world.proceed(on: 0) }
        }
        #expect(world.bundles().allSatisfy { $0 == [new.fingerprint] })
        #expect(world.steps().allSatisfy { $0 == .settled })
    }

    @Test(arguments: [1 << 32, 1 << 63, UInt64.max])
    func `a term that nobody has counted to blocks no rotation`(_ term: UInt64) throws {
        let world = try TrustWorld(3)
        let wall: Int64 = 100_000_000
        for index in 0..<3 { world.nodes[index].machine.wallClockRead(wall, at: world.now) }
        // The anchor is good, so only the term can be what is turned away.
        world.nodes[0].machine.received(
            .news(state: state(world, term, .settled, world.old), reports: []),
            from: world.id(2), at: world.now)
        world.drain(0)
        #expect(world.nodes[0].machine.state == nil)
        #expect(refusals(world.nodes[0]) == [world.nodes[2].name])
        try world.begin(new, on: 0)
        for _ in 0..<3 { try world.proceed(on: 1) }
        #expect(world.bundles().allSatisfy { $0 == [new.fingerprint] })
    }

    @Test func `the greatest term that is followed leaves room for the next`() throws {
        let world = try TrustWorld(3)
        func read(_ wall: Int64) {
            for index in 0..<3 { world.nodes[index].machine.wallClockRead(wall, at: world.now) }
        }
        read(100_000_000)
        say(world, state(world, 100_086_400, .settled, world.old))
        world.run(seconds: 6)
        #expect(world.nodes[1].machine.state?.term == 100_086_400)
        read(100_000_001)
        try world.begin(new, on: 1)
        for _ in 0..<3 { try world.proceed(on: 0) }
        #expect(world.bundles().allSatisfy { $0 == [new.fingerprint] })
    }

    @Test func `a copy of a known anchor without its endorsement is not passed on`() throws {
        let world = try TrustWorld(3)
        try world.begin(new, on: 0)
        let state = try #require(world.nodes[0].machine.state)
        let stripped = TrustAnchor(
            fingerprint: new.fingerprint, notAfter: new.notAfter, certificate: [2])
        say(
            world,
            TrustState(
                term: state.term, step: .reissuing, owner: state.owner,
                anchor: try #require(stripped)))
        #expect(world.nodes[0].machine.state?.step == .reissuing)
        #expect(world.nodes[0].machine.state?.anchor == new)
    }

    @Test(arguments: [1_000, TrustReport.counterLimit])
    func `no anchor is removed because others are said to need it no more`(counter: UInt64)
        throws
    {
        let world = try TrustWorld(4)
        try world.begin(new, on: 0)
        // One has another certificate already; the others have the old one.
        world.nodes[0].issuer = new.fingerprint
        world.load(0)
        world.settle()
        world.nodes[1].obeys = false
        world.nodes[2].obeys = false
        let lies = [1, 2].map { index in
            TrustReport(
                node: world.nodes[index].name, life: 9, counter: counter,
                anchors: [new.fingerprint], issuer: new.fingerprint, certificateEnd: 1)
        }
        say(
            world,
            TrustState(
                term: 1, step: .removing, owner: world.nodes[0].name, anchor: new), lies)
        world.run(seconds: 15)
        #expect(world.nodes[0].bundle.contains(world.old), "others still show the old one")
        for index in 1...2 {
            world.nodes[index].obeys = true
            world.nodes[index].issuer = new.fingerprint
            world.load(index)
        }
        world.settle()
    }

    @Test func `a removal that was held back goes on when the last node has its certificate`()
        throws
    {
        let world = try TrustWorld(3)
        try world.begin(new, on: 0)
        world.nodes[2].obeys = false
        say(
            world,
            TrustState(
                term: 1, step: .removing, owner: world.nodes[0].name, anchor: new))
        world.run(seconds: 5)
        #expect(world.nodes[0].bundle.count == 2 && world.nodes[1].bundle.count == 2)
        world.nodes[2].obeys = true
        world.nodes[2].issuer = new.fingerprint
        world.load(2)
        world.settle()
        #expect(world.bundles().prefix(2).allSatisfy { $0 == [new.fingerprint] })
    }

    @Test func `an order to go over to an anchor that nobody vouches for leaves no trace`() throws {
        let world = try TrustWorld(2)
        try world.begin(forged, on: 0)
        #expect(world.nodes[0].machine.state == nil)
        #expect(refusals(world.nodes[0]) == [world.nodes[0].name])
        #expect(throws: RotationRefusal.noRotation) { try world.proceed(on: 0) }
        try world.begin(new, on: 0)
        #expect(world.bundles().allSatisfy { $0.contains(new.fingerprint) })
    }

    @Test func `a step is not taken while the order that begins is looked at`() throws {
        let world = try TrustWorld(2)
        try world.nodes[0].machine.begin(new, at: world.now)
        let own = world.nodes[0].name
        #expect(throws: RotationRefusal.notAcknowledged(.adding, [own])) {
            try world.nodes[0].machine.proceed(at: world.now)
        }
        world.drain(0)
        world.settle()
        try world.proceed(on: 0)
    }
}
