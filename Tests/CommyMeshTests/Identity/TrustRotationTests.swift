import CommyBase
import CommyMesh
import Testing

struct TrustRotationTests {
    private let new = TrustWorld.anchor(2)
    private let other = TrustWorld.anchor(3)

    @Test(arguments: [1, 2, 7])
    func `three steps lead every node from the old anchor to the new one`(_ count: Int) throws {
        let world = try TrustWorld(count)
        let old = world.old.fingerprint
        try world.begin(new, on: 0)
        #expect(world.bundles().allSatisfy { $0 == [old, new.fingerprint] })
        #expect(world.issuers() == [old])
        try world.proceed(on: 0)
        #expect(world.bundles().allSatisfy { $0 == [old, new.fingerprint] })
        #expect(world.issuers() == [new.fingerprint])
        try world.proceed(on: 0)
        #expect(world.bundles().allSatisfy { $0 == [new.fingerprint] })
        try world.proceed(on: 0)
        #expect(world.steps().allSatisfy { $0 == .settled })
        #expect(throws: RotationRefusal.finished) { try world.proceed(on: 0) }
        #expect(throws: RotationRefusal.alreadyTrusted) { try world.begin(new, on: count - 1) }
        let said = world.nodes[0].outputs.compactMap {
            if case .acknowledged(let step) = $0 { step } else { nil }
        }
        #expect(said == TrustState.Step.allCases)
    }

    @Test func `the next step is refused with the names of those that lag`() throws {
        let world = try TrustWorld(5)
        world.nodes[3].obeys = false
        world.nodes[1].obeys = false
        try world.begin(new, on: 0)
        let lagging = [world.nodes[1].name, world.nodes[3].name]
        #expect(throws: RotationRefusal.notAcknowledged(.adding, lagging)) {
            try world.proceed(on: 0)
        }
        let error = RotationRefusal.notAcknowledged(.adding, lagging).error
        #expect(error.code == .rotationRefused)
        #expect(error.detail == "step 'adding' is not acknowledged by node-1, node-3")
        world.nodes[1].obeys = true
        world.run(seconds: 11)
        #expect(throws: RotationRefusal.notAcknowledged(.adding, [lagging[1]])) {
            try world.proceed(on: 2)
        }
        world.nodes[3].obeys = true
        world.run(seconds: 11)
        try world.proceed(on: 2)
        #expect(world.issuers() == [new.fingerprint])
    }

    @Test func `a suspect member must acknowledge, a dead one blocks when it is asked for`() throws
    {
        let world = try TrustWorld(4)
        world.nodes[2].obeys = false
        try world.begin(new, on: 0)
        world.see(2, .suspect, at: 0)
        #expect(throws: RotationRefusal.notAcknowledged(.adding, [world.nodes[2].name])) {
            try world.proceed(on: 0)
        }
        world.crash(2)
        #expect(world.nodes[0].machine.absent == [world.nodes[2].name])
        #expect(throws: RotationRefusal.wouldLockOut([world.nodes[2].name])) {
            try world.proceed(on: 0, absent: .block)
        }
        try world.proceed(on: 0)
        #expect(world.nodes[0].machine.state?.step == .reissuing)
    }

    @Test func `who has left need not acknowledge`() throws {
        let world = try TrustWorld(3)
        world.nodes[2].obeys = false
        try world.begin(new, on: 0)
        world.nodes[2].isDown = true
        world.see(2, .left, at: 0)
        try world.proceed(on: 0, absent: .block)
        #expect(world.nodes[0].machine.absent.isEmpty)
    }

    @Test func `another node continues when the one that began has crashed`() throws {
        let world = try TrustWorld(4)
        try world.begin(new, on: 0)
        world.crash(0)
        try world.proceed(on: 3)
        #expect(world.nodes[1].machine.state?.owner == world.nodes[0].name)
        #expect(throws: RotationRefusal.inProgress(.reissuing, owner: world.nodes[0].name)) {
            try world.begin(other, on: 1)
        }
        world.restart(0)
        world.run(seconds: 5)
        #expect(world.issuers() == [new.fingerprint])
        try world.proceed(on: 0)
        try world.proceed(on: 1)
        #expect(world.bundles().allSatisfy { $0 == [new.fingerprint] })
    }

    @Test func `two nodes that continue at once say the same`() throws {
        let world = try TrustWorld(4)
        try world.begin(new, on: 0)
        try world.nodes[1].machine.proceed(at: world.now)
        try world.nodes[2].machine.proceed(at: world.now)
        world.drain(1)
        world.drain(2)
        world.settle()
        #expect(world.nodes[1].machine.state == world.nodes[2].machine.state)
        #expect(world.steps().allSatisfy { $0 == .reissuing })
        #expect(
            !world.nodes.flatMap(\.outputs).contains {
                if case .overtaken = $0 { true } else { false }
            })
    }

    @Test func `of two rotations that begin at once one wins everywhere`() throws {
        let world = try TrustWorld(5)
        try world.nodes[1].machine.begin(new, at: world.now)
        try world.nodes[3].machine.begin(other, at: world.now)
        world.drain(1)
        world.drain(3)
        world.settle()
        world.run(seconds: 10)
        #expect(world.nodes.allSatisfy { $0.machine.state?.anchor == other })
        let overtaken = world.nodes[1].outputs.contains {
            if case .overtaken(let state) = $0 { state.anchor == new } else { false }
        }
        #expect(overtaken)
        for _ in 0..<3 { try world.proceed(on: 1) }
        #expect(world.bundles().allSatisfy { $0 == [other.fingerprint] }, "nothing is left over")
    }

    @Test func `a node that was away catches up`() throws {
        let world = try TrustWorld(5)
        world.partition([4], from: [0, 1, 2, 3])
        try world.begin(new, on: 0)
        try world.proceed(on: 0)
        #expect(world.nodes[4].machine.state == nil)
        world.heal()
        world.run(seconds: 6)
        #expect(world.nodes[4].machine.state?.step == .reissuing)
        #expect(world.issuers() == [new.fingerprint])
        try world.proceed(on: 4)
        #expect(world.bundles().allSatisfy { $0 == [new.fingerprint] })
    }

    @Test func `two rotations on two sides of a partition end in one`() throws {
        let world = try TrustWorld(6)
        world.partition([0, 1, 2], from: [3, 4, 5])
        try world.begin(new, on: 0)
        try world.proceed(on: 0)
        try world.begin(other, on: 5)
        world.heal()
        world.run(seconds: 10)
        #expect(world.nodes.allSatisfy { $0.machine.state?.anchor == new }, "it got further")
        #expect(world.issuers() == [new.fingerprint])
        try world.proceed(on: 3)
        #expect(world.bundles().allSatisfy { $0 == [new.fingerprint] })
    }

    @Test func `to return to the old anchor is a rotation to it`() throws {
        let world = try TrustWorld(4)
        try world.begin(new, on: 0)
        try world.proceed(on: 0)
        try world.begin(world.old, on: 2, replacing: true)
        #expect(world.nodes[0].machine.state?.term == 2)
        for _ in 0..<3 { try world.proceed(on: 2) }
        #expect(world.bundles().allSatisfy { $0 == [world.old.fingerprint] })
        #expect(world.issuers() == [world.old.fingerprint])
    }

    @Test func `anchors are not replaced any more while they are being removed`() throws {
        let world = try TrustWorld(2)
        try world.begin(new, on: 0)
        try world.proceed(on: 0)
        world.nodes[1].obeys = false
        try world.proceed(on: 0)
        let owner = world.nodes[0].name
        #expect(throws: RotationRefusal.inProgress(.removing, owner: owner)) {
            try world.begin(other, on: 0, replacing: true)
        }
    }

    @Test func `no anchor goes while the own certificate needs it`() throws {
        let world = try TrustWorld(3)
        try world.begin(new, on: 0)
        try world.proceed(on: 0)
        // Its certificate is put back by hand after it had acknowledged.
        world.nodes[1].obeys = false
        world.nodes[1].issuer = world.old.fingerprint
        world.load(1)
        world.nodes[0].machine.memberForgotten(world.id(1), at: world.now)
        try world.proceed(on: 0)
        let removals = world.nodes[1].outputs.filter {
            if case .remove = $0 { true } else { false }
        }
        #expect(removals.isEmpty)
        #expect(
            world.nodes[1].outputs.last { if case .reissue = $0 { true } else { false } } != nil)
    }

    @Test func `a restart with other files takes an acknowledgement back`() throws {
        let world = try TrustWorld(3)
        try world.begin(new, on: 0)
        world.crash(2)
        world.nodes[2].bundle = [world.old]
        world.nodes[2].obeys = false
        world.restart(2)
        world.run(seconds: 6)
        #expect(throws: RotationRefusal.notAcknowledged(.adding, [world.nodes[2].name])) {
            try world.proceed(on: 0)
        }
    }

    @Test func `the state outlives a restart of the whole mesh`() throws {
        let world = try TrustWorld(1)
        try world.begin(new, on: 0)
        let kept = world.nodes[0].machine.state
        var next = TrustRotation(
            self: world.nodes[0].name, life: 2, restored: kept, random: RandomKey(seed: 1),
            at: world.now)
        next.bundleLoaded([world.old], at: world.now)
        #expect(next.nextOutput() == .install(new))
    }

    @Test func `an ended anchor is not rotated to`() throws {
        let world = try TrustWorld(2)
        world.nodes[0].machine.wallClockRead(1_000, at: world.now)
        let ended = TrustWorld.anchor(9, end: 1_000)
        #expect(throws: RotationRefusal.anchorHasEnded) { try world.begin(ended, on: 0) }
        let short = TrustWorld.anchor(9, end: 2_000)
        try world.begin(short, on: 0)
        world.nodes[0].machine.wallClockRead(2_000, at: world.now)
        #expect(throws: RotationRefusal.anchorHasEnded) { try world.proceed(on: 0) }
    }

    @Test func `ends are announced in time, and not all the time`() throws {
        let world = try TrustWorld(1)
        let (old, year) = (world.old, TrustWorld.year)
        func warnings(at wall: Int64, after: Duration) -> [TrustWarning] {
            world.now = world.now + after
            world.nodes[0].outputs = []
            world.nodes[0].machine.wallClockRead(wall, at: world.now)
            world.drain(0)
            return world.nodes[0].outputs.compactMap {
                if case .warning(let warning) = $0 { warning } else { nil }
            }
        }
        #expect(warnings(at: 0, after: .zero).isEmpty)
        let ends = TrustWarning.certificateEnds(at: year)
        #expect(warnings(at: year - 86_400, after: .seconds(1)) == [ends])
        #expect(warnings(at: year - 86_000, after: .seconds(60)).isEmpty)
        #expect(warnings(at: year - 80_000, after: .seconds(3_600)) == [ends])
        #expect(warnings(at: year, after: .seconds(1)) == [.certificateHasEnded])
        let last = warnings(at: 10 * year - 100, after: .seconds(7_200))
        #expect(last.contains(.anchorEnds(old.fingerprint, at: 10 * year)))
        #expect(
            warnings(at: 10 * year, after: .seconds(7_200)).contains(
                .anchorHasEnded(old.fingerprint)))
    }

    @Test func `a full bundle is said and not acknowledged`() throws {
        let world = try TrustWorld(2)
        world.nodes[1].bundle = (10..<18).map { TrustWorld.anchor($0) }
        world.load(1)
        world.settle()
        try world.begin(new, on: 0)
        #expect(world.nodes[1].outputs.contains(.warning(.bundleFull(new.fingerprint))))
        #expect(throws: RotationRefusal.self) { try world.proceed(on: 0) }
        #expect(throws: RotationRefusal.bundleFull) {
            try world.begin(other, on: 1, replacing: true)
        }
    }

    @Test func `in quiet only comparisons are sent`() throws {
        let world = try TrustWorld(10)
        world.run(seconds: 4)
        let before = world.sent
        world.run(seconds: 20)
        #expect(world.sent - before <= 10 * 10)
    }

    @Test func `random histories end in one state and never without an anchor`() throws {
        for seed in 1...60 as ClosedRange<UInt64> {
            var dice = RandomStream(key: RandomKey(seed: seed).labelled("trust"))
            func below(_ limit: UInt64) -> Int { Int(dice.next() % limit) }
            let world = try TrustWorld(5)
            for _ in 0..<30 {
                let (index, another) = (below(5), below(5))
                switch below(8) {
                case 0 where !world.nodes[index].isDown:
                    try? world.begin(
                        TrustWorld.anchor(UInt8(2 + below(4))), on: index, replacing: below(2) == 0)
                case 1, 2, 3:
                    if !world.nodes[index].isDown { try? world.proceed(on: index) }
                case 4 where world.cuts.isEmpty && !world.nodes.contains(where: \.isDown):
                    world.partition([index], from: [0, 1, 2, 3, 4].filter { $0 != index })
                case 5: if !world.nodes.contains(where: \.isDown) { world.heal() }
                case 6 where world.cuts.isEmpty && !world.nodes.contains(where: \.isDown):
                    world.crash(index)
                case 7: if world.nodes[another].isDown { world.restart(another) }
                default: break
                }
                world.run(seconds: Int64(below(3)))
            }
            for index in 0..<5 where world.nodes[index].isDown { world.restart(index) }
            world.heal()
            world.run(seconds: 30)
            for _ in 0..<3 { try? world.proceed(on: 0) }
            let states = Set(world.nodes.map(\.machine.state))
            #expect(states.count == 1, "seed \(seed)")
            let hashes = Set(world.nodes.map(\.machine.knowledgeHash))
            #expect(hashes.count == 1, "seed \(seed)")
            if let anchor = world.nodes[0].machine.state?.anchor.fingerprint {
                #expect(world.bundles().allSatisfy { $0 == [anchor] }, "seed \(seed)")
            }
        }
    }
}
