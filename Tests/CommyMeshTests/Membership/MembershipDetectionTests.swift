import CommyBase
import CommyMesh
import Testing

/// How soon a mesh notices what happens to one of its members, over many seeds.
struct MembershipDetectionTests {
    /// How many seeds a size gets: the properties are the same, the time of the tests is not.
    static func seeds(_ count: Int) -> ClosedRange<UInt64> {
        if Figures.isSoak { return 1...UInt64(max(8, 1_000 / count)) }
        return switch count {
        case ...3: 1...40
        case ...10: 1...20
        case ...30: 1...4
        default: 1...1
        }
    }

    static func world(_ count: Int, _ seed: UInt64, silentAfter: Duration? = nil)
        -> MembershipWorld
    {
        var options = MembershipWorld.Options()
        options.count = count
        options.seed = seed
        options.silentAfter = silentAfter
        options.checkEach = count <= 10 ? 1 : count
        return MembershipWorld(options)
    }

    @Test(arguments: [3, 10, 30, 100])
    func `nodes that start at once soon have one view`(_ count: Int) throws {
        var times: [Duration] = []
        for seed in Self.seeds(count) {
            let world = Self.world(count, seed)
            let time = try #require(world.startAll())
            #expect(time < .seconds(4), "seed \(seed)")
            times.append(time)
            #expect(world.accusations(since: .zero, .suspect).isEmpty, "seed \(seed)")
        }
        Figures.report("join of \(count)", times)
    }

    @Test(arguments: [3, 10, 30, 100])
    func `a host without power is suspect within a second and dead within five`(
        _ count: Int
    ) throws {
        var suspect: [Duration] = []
        var dead: [Duration] = []
        for seed in Self.seeds(count) {
            let world = Self.world(count, seed)
            _ = try #require(world.startAll())
            let victim = 1 + Int(seed) % (count - 1)
            world.run(for: .milliseconds(3_000 + Int64(seed * 37 % 400)))
            world.losePower(victim)
            suspect.append(
                try #require(
                    world.run(atMost: .seconds(2)) { $0.everybodySees(victim, [.suspect]) }))
            let rest = try #require(
                world.run(atMost: .seconds(6)) { $0.everybodySees(victim, [.dead]) })
            dead.append(rest + suspect[suspect.count - 1])
            #expect(world.isOneView)
        }
        #expect(try #require(suspect.max()) < .seconds(1))
        #expect(try #require(dead.max()) < .seconds(5))
        Figures.report("power loss, \(count): suspect", suspect)
        Figures.report("power loss, \(count): dead", dead)
    }

    @Test(arguments: [3, 10, 30])
    func `a crashed process is suspect within 50 ms`(_ count: Int) throws {
        var suspect: [Duration] = []
        var dead: [Duration] = []
        for seed in Self.seeds(count) {
            let world = Self.world(count, seed)
            _ = try #require(world.startAll())
            world.run(for: .seconds(3))
            world.crash(count - 1)
            suspect.append(
                try #require(
                    world.run(atMost: .seconds(1)) { $0.everybodySees(count - 1, [.suspect]) }))
            dead.append(
                try #require(
                    world.run(atMost: .seconds(6)) { $0.everybodySees(count - 1, [.dead]) }))
        }
        #expect(try #require(suspect.max()) < .milliseconds(50))
        #expect(try #require(dead.max()) < .seconds(4))
        Figures.report("crash, \(count): suspect", suspect)
        Figures.report("crash, \(count): dead", dead)
    }

    @Test func `the last of two that crashed together is noticed too`() throws {
        for seed in Self.seeds(10) {
            let world = Self.world(10, seed)
            _ = try #require(world.startAll())
            world.run(for: .seconds(3))
            for victim in 5..<10 { world.losePower(victim) }
            let time = world.run(atMost: .seconds(8)) { $0.isOneView }
            #expect(time != nil, "seed \(seed)")
        }
    }

    @Test func `who leaves is neither suspected nor dialled`() throws {
        for seed in Self.seeds(3) {
            let world = Self.world(5, seed)
            _ = try #require(world.startAll())
            let begin = world.now
            world.leave(4)
            let time = try #require(
                world.run(atMost: .seconds(1)) { $0.everybodySees(4, [.left]) })
            #expect(time < .milliseconds(100))
            world.run(for: .seconds(6))
            #expect(world.accusations(since: begin, .suspect).isEmpty)
            #expect(world.accusations(since: begin, .dead).isEmpty)
            #expect(world.isOneView)
        }
    }

    @Test func `equal seeds give equal runs`() throws {
        let runs = (0..<2).map { _ in
            let world = Self.world(10, 7)
            _ = world.startAll()
            world.losePower(3)
            world.run(for: .seconds(6))
            return world
        }
        #expect(runs[0].fingerprint == runs[1].fingerprint)
        #expect(runs[0].steps == runs[1].steps)
    }
}
