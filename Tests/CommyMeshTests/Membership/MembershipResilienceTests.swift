import CommyBase
import CommyMesh
import Testing

/// What a mesh must not do: bury the living, stay divided, believe old news.
struct MembershipResilienceTests {
    static func world(
        _ count: Int, _ seed: UInt64, loss: MembershipWorld.Loss = .none,
        latency: Duration = .milliseconds(1), silentAfter: Duration? = .milliseconds(2_750),
        checkEach: Int = 1
    ) -> MembershipWorld {
        var options = MembershipWorld.Options()
        options.count = count
        options.seed = seed
        options.loss = loss
        options.latency = latency
        options.silentAfter = silentAfter
        options.checkEach = checkEach
        return MembershipWorld(options)
    }

    /// (nodes, seeds)
    static let longRuns: [(Int, UInt64)] =
        Figures.isSoak ? [(3, 30), (10, 20), (30, 8), (100, 2)] : [(3, 1), (10, 1)]

    @Test(arguments: longRuns)
    func `ten minutes of late messages bury nobody`(_ count: Int, _ seeds: UInt64) throws {
        for seed in 1...seeds {
            let world = Self.world(
                count, seed, loss: .retransmitted(0.05), latency: .milliseconds(10),
                checkEach: 50)
            _ = try #require(world.startAll())
            let begin = world.now
            world.run(for: .seconds(600))
            #expect(world.accusations(since: begin, .dead).isEmpty, "seed \(seed)")
            let doubts = world.accusations(since: begin, .suspect).count
            Figures.report("late messages, \(count), seed \(seed): seen suspect", "\(doubts)")
            #expect(world.run(atMost: .seconds(5)) { $0.isOneView } != nil)
        }
    }

    @Test(arguments: longRuns)
    func `ten minutes of lost messages bury nobody`(_ count: Int, _ seeds: UInt64) throws {
        for seed in 1...seeds {
            let world = Self.world(
                count, seed, loss: .dropped(0.05), latency: .milliseconds(10), checkEach: 50)
            _ = try #require(world.startAll())
            let begin = world.now
            world.run(for: .seconds(600))
            #expect(world.accusations(since: begin, .dead).isEmpty, "seed \(seed)")
            let doubts = world.accusations(since: begin, .suspect).count
            Figures.report("lost messages, \(count), seed \(seed): seen suspect", "\(doubts)")
            #expect(world.run(atMost: .seconds(5)) { $0.isOneView } != nil)
        }
    }

    @Test(arguments: [3, 10, 30])
    func `a node that stops for two seconds is suspect and never dead`(_ count: Int) throws {
        for seed in 1...UInt64(60 / count) {
            let world = Self.world(count, seed, silentAfter: nil, checkEach: count / 3)
            _ = try #require(world.startAll())
            world.run(for: .milliseconds(2_000 + Int64(seed) * 13))
            let begin = world.now
            let victim = Int(seed) % count
            world.pause(victim)
            world.run(for: .seconds(2))
            #expect(world.everybodySees(victim, [.suspect]), "seed \(seed)")
            world.resume(victim)
            let time = try #require(
                world.run(atMost: .seconds(1)) { $0.isOneView }, "seed \(seed)")
            #expect(time < .milliseconds(250), "seed \(seed)")
            world.run(for: .seconds(5))
            #expect(world.accusations(since: begin, .dead).isEmpty, "seed \(seed)")
            let slandered = world.accusations(since: begin, .suspect).filter {
                $0.id != world.ids[victim]
            }
            #expect(slandered.isEmpty, "seed \(seed): it accuses others")
        }
    }

    @Test(arguments: [3, 10])
    func `a node that stops for ten seconds is dead and returns`(_ count: Int) throws {
        for seed in 1...UInt64(60 / count) {
            let world = Self.world(count, seed, silentAfter: nil)
            _ = try #require(world.startAll())
            world.run(for: .seconds(2))
            world.pause(1)
            let begin = world.now
            world.run(for: .seconds(10))
            #expect(world.everybodySees(1, [.dead]), "seed \(seed)")
            world.resume(1)
            _ = try #require(world.run(atMost: .seconds(3)) { $0.isOneView }, "seed \(seed)")
            world.run(for: .seconds(5))
            let others = world.nodes.flatMap(\.changes).filter {
                $0.at >= begin && $0.id != world.ids[1] && $0.state != .alive
            }
            #expect(others.isEmpty, "seed \(seed): the others stay what they are")
        }
    }

    @Test(arguments: [4, 10, 30])
    func `a healed partition ends in one view and makes nobody suspect at home`(
        _ count: Int
    ) throws {
        for seed in 1...UInt64(max(1, 40 / count)) {
            let world = Self.world(count, seed, checkEach: count <= 10 ? 1 : 30)
            _ = try #require(world.startAll())
            world.run(for: .seconds(2))
            let side = Array(0..<count / 2)
            let other = Array(count / 2..<count)
            world.partition(side, from: other)
            world.run(for: .seconds(60))
            for node in side {
                for lost in other { #expect(world.state(of: lost, at: node) == .dead) }
            }
            let begin = world.now
            world.healAll()
            let time = try #require(
                world.run(atMost: .seconds(20)) { $0.isOneView }, "seed \(seed)")
            Figures.report("partition of \(count), healed after", "\(time)")
            for node in side {
                let slander = world.nodes[node].changes.filter { change in
                    change.at >= begin && change.state != .alive
                        && side.contains { world.ids[$0] == change.id }
                }
                #expect(slander.isEmpty, "seed \(seed): \(slander)")
            }
        }
    }

    @Test(arguments: [1, 3, 8] as [Int64])
    func `a partition of any length heals`(_ seconds: Int64) throws {
        for seed in 1...6 as ClosedRange<UInt64> {
            let world = Self.world(9, seed)
            _ = try #require(world.startAll())
            world.partition([0, 3, 6, 7], from: [1, 2, 4, 5, 8])
            world.run(for: .seconds(seconds))
            world.healAll()
            #expect(
                world.run(atMost: .seconds(15)) { $0.isOneView } != nil, "seed \(seed)")
            world.run(for: .seconds(5))
            #expect(world.isOneView, "seed \(seed)")
        }
    }

    @Test func `a node that is cut off for three seconds accuses nobody`() throws {
        for seed in 1...10 as ClosedRange<UInt64> {
            let world = Self.world(8, seed)
            _ = try #require(world.startAll())
            world.run(for: .seconds(2))
            world.partition([5], from: [0, 1, 2, 3, 4, 6, 7])
            let begin = world.now
            world.run(for: .seconds(2))
            world.healAll()
            _ = try #require(world.run(atMost: .seconds(5)) { $0.isOneView })
            world.run(for: .seconds(3))
            for node in [0, 1, 2, 3, 4, 6, 7] {
                let slander = world.nodes[node].changes.filter {
                    $0.at >= begin && $0.id != world.ids[5] && $0.state != .alive
                }
                #expect(slander.isEmpty, "seed \(seed), node \(node): \(slander)")
            }
        }
    }

    @Test func `a link that is cut one way makes nobody dead`() throws {
        for seed in 1...10 as ClosedRange<UInt64> {
            let world = Self.world(6, seed)
            _ = try #require(world.startAll())
            let begin = world.now
            world.cut(from: 2, to: 4)
            world.run(for: .seconds(30))
            #expect(world.accusations(since: begin, .dead).isEmpty, "seed \(seed)")
            #expect(world.isOneView, "seed \(seed)")
            world.healAll()
            world.run(for: .seconds(5))
            #expect(world.isOneView, "seed \(seed)")
        }
    }

    @Test func `a flapping node ends alive and takes nobody with it`() throws {
        for seed in 1...6 as ClosedRange<UInt64> {
            let world = Self.world(8, seed)
            _ = try #require(world.startAll())
            let begin = world.now
            for _ in 0..<8 {
                world.crash(3)
                world.run(for: .milliseconds(400))
                world.start(3)
                world.run(for: .milliseconds(600))
            }
            #expect(world.run(atMost: .seconds(6)) { $0.isOneView } != nil, "seed \(seed)")
            let others = world.nodes.flatMap(\.changes).filter {
                $0.at >= begin && $0.id != world.ids[3] && $0.state == .dead
            }
            #expect(others.isEmpty, "seed \(seed)")
        }
    }

    @Test func `a dead node's next life is accepted`() throws {
        for seed in 1...10 as ClosedRange<UInt64> {
            let world = Self.world(5, seed)
            _ = try #require(world.startAll())
            world.crash(4)
            world.run(for: .seconds(5))
            #expect(world.everybodySees(4, [.dead]))
            world.start(4)
            let time = try #require(world.run(atMost: .seconds(5)) { $0.isOneView })
            #expect(time < .milliseconds(500), "seed \(seed)")
            #expect(world.nodes.allSatisfy { $0.conflicts.isEmpty }, "it was dead: no conflict")
        }
    }

    @Test func `storms of faults never break an invariant and end in one view`() throws {
        for seed in 1...12 as ClosedRange<UInt64> {
            let world = Self.world(7, seed, loss: .retransmitted(0.02))
            _ = try #require(world.startAll())
            var dice = RandomStream(key: RandomKey(seed: seed).labelled("storm"))
            for _ in 0..<25 {
                Self.strike(world, &dice)
                world.run(for: .milliseconds(Int64(dice.next() % 1_500)))
            }
            world.healAll()
            for index in world.nodes.indices {
                switch world.nodes[index].condition {
                case .paused: world.resume(index)
                case .crashed, .powerless, .absent: world.start(index)
                case .running: break
                }
            }
            #expect(world.run(atMost: .seconds(40)) { $0.isOneView } != nil, "seed \(seed)")
        }
    }

    private static func strike(_ world: MembershipWorld, _ dice: inout RandomStream) {
        let index = Int(dice.next() % UInt64(world.options.count))
        let other = Int(dice.next() % UInt64(world.options.count))
        switch (dice.next() % 8, world.nodes[index].condition) {
        case (0, .running): world.crash(index)
        case (1, .running): world.pause(index)
        case (2, .running): world.losePower(index)
        case (3, _) where index != other: world.cut(from: index, to: other)
        case (4, _) where index != other:
            world.cut(from: index, to: other)
            world.cut(from: other, to: index)
        case (5, _): world.healAll()
        case (_, .paused): world.resume(index)
        case (_, .crashed), (_, .powerless): world.start(index)
        default: break
        }
    }
}
