import CommyBase
import CommyMesh
import CommyWire
import Testing

struct RouterTests {
    @Test func `the own node comes first, then the nearest zone`() throws {
        var stage = try RouterStage()
        let far = try stage.add("far", zone: "us/a/1")
        #expect(try stage.pick().instance == far)
        let region = try stage.add("region", zone: "eu/b/1")
        #expect(try stage.pick().instance == region)
        let near = try stage.add("near", zone: "eu/a/2")
        #expect(try stage.pick().instance == near)
        #expect(try stage.pick().rule == .nearest)
        let own = try stage.add("own")
        #expect(try stage.pick().instance == own)
        #expect(try stage.pick().rule == .local)
        #expect(try stage.pick(tried: [own]).instance == near)
        #expect(try stage.pick(tried: [own, near, region]).instance == far)
        #expect(try stage.pick(tried: [own, near, region, far]) == .none(.allTried))
    }

    struct Row: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let availability: Availability
        let failure: RouteFailure
    }

    @Test(arguments: [
        Row(testDescription: "draining", availability: .draining, failure: .draining),
        Row(testDescription: "suspect", availability: .suspect, failure: .noHealthyInstance),
        Row(testDescription: "lost", availability: .lost, failure: .noHealthyInstance),
        Row(
            testDescription: "unconfirmed", availability: .unconfirmed,
            failure: .noHealthyInstance),
    ])
    func `an instance that is not ready is never chosen`(_ row: Row) throws {
        var stage = try RouterStage()
        let id = try stage.add("near", as: row.availability)
        #expect(try stage.pick() == .none(row.failure))
        #expect(try stage.pick(instance: id) == .none(row.failure))
        let far = try stage.add("far", zone: "us/a/1")
        #expect(try stage.pick().instance == far)
        try stage.add("near", as: .ready)
        #expect(try stage.pick().instance == id)
    }

    @Test(arguments: [LinkHealth.silent, .down])
    func `a node without a link that is up is never chosen`(_ health: LinkHealth) throws {
        var stage = try RouterStage()
        let id = try stage.add("near")
        stage.router.linkChanged(id.node, health)
        #expect(try stage.pick() == .none(.noHealthyInstance))
        stage.router.linkChanged(id.node, .up)
        #expect(try stage.pick().instance == id)
    }

    @Test func `an instance on this node needs no link`() throws {
        var stage = try RouterStage()
        let id = try stage.add("own")
        stage.router.linkChanged(id.node, .down)
        #expect(try stage.pick().instance == id)
    }

    @Test func `what is not there has its own reasons`() throws {
        var stage = try RouterStage()
        #expect(try stage.pick() == .none(.noSuchService))
        let id = try stage.add("near")
        let other = InstanceID(node: id.node, number: 9)
        #expect(try stage.pick(instance: other) == .none(.noSuchInstance))
        let requirement = CapabilityRequirement(labels: [.present(key: "gpu")])
        #expect(try stage.pick(requirement: requirement) == .none(.capabilityMismatch))
        stage.router.apply(.absent(id, try RouterStage.service("orders")))
        #expect(try stage.pick() == .none(.noSuchService))
        #expect(RouteFailure.noSuchService.code == .noSuchService)
    }

    @Test func `an instance that refused or was lost is avoided for a second`() throws {
        var stage = try RouterStage()
        let near = try stage.add("near")
        let far = try stage.add("far", zone: "us/a/1")
        for outcome in [CallOutcome.refused, .lost] {
            stage.router.callStarted(near)
            stage.ended(near, outcome)
            #expect(try stage.pick().instance == far)
            stage.now = stage.now + .milliseconds(999)
            #expect(try stage.pick().instance == far)
            stage.now = stage.now + .milliseconds(1)
            #expect(try stage.pick().instance == near)
        }
        for outcome in [CallOutcome.answered, .failed, .late, .cancelled] {
            stage.router.callStarted(near)
            stage.ended(near, outcome)
            #expect(try stage.pick().instance == near)
        }
    }

    @Test func `an ejected instance is the last resort`() throws {
        var stage = try RouterStage()
        let only = try stage.add("near")
        stage.ended(only, .refused)
        #expect(try stage.pick().rule == .lastResort)
        #expect(try stage.pick(tried: [only]) == .none(.allTried))
        stage.router.callStarted(only)
        stage.ended(only, .answered)
        #expect(try stage.pick().rule == .nearest, "an answer ends the ejection")
    }

    @Test func `of two the one with fewer open calls is chosen, then the nearer one`() throws {
        var stage = try RouterStage()
        let one = try stage.add("one", roundTrip: .milliseconds(10))
        let two = try stage.add("two", roundTrip: .milliseconds(2))
        for _ in 0..<20 { #expect(try stage.pick().instance == two) }
        stage.router.callStarted(two)
        for _ in 0..<20 { #expect(try stage.pick().instance == one) }
        stage.router.callStarted(one)
        for _ in 0..<20 { #expect(try stage.pick().instance == two) }
    }

    @Test func `a call that ends for an instance that is gone harms nothing`() throws {
        var stage = try RouterStage()
        let id = try stage.add("near")
        stage.router.callStarted(id)
        stage.router.apply(.absent(id, try RouterStage.service("orders")))
        stage.ended(id, .lost)
        try stage.add("near")
        #expect(try stage.pick().rule == .nearest)
        stage.router.checkInvariants()
    }

    @Test func `an explanation names what is against each instance`() throws {
        var stage = try RouterStage()
        let near = try stage.add("near")
        let slow = try stage.add("slow", roundTrip: .milliseconds(80))
        let far = try stage.add("far", zone: "us/a/1")
        let draining = try stage.add("draining", as: .draining)
        let refusing = try stage.add("refusing")
        stage.ended(refusing, .refused)
        let silent = try stage.add("silent")
        stage.router.linkChanged(silent.node, .silent)
        let query = RouteQuery(service: try RouterStage.service("orders"))
        let rows = stage.router.explain(query, at: stage.now, random: stage.random).rows
        func verdict(_ id: InstanceID) -> RouteExplanation.Verdict? {
            rows.first { $0.instance == id }?.verdict
        }
        #expect(rows.count == 6)
        #expect(verdict(near) == .chosen(.nearest) && verdict(slow) == .runnerUp)
        #expect(verdict(far) == .farther && verdict(draining) == .excluded(.draining))
        #expect(
            verdict(refusing) == .excluded(.ejected(until: stage.now + .seconds(1)))
                && verdict(silent) == .excluded(.link(.silent)))
        #expect(rows.first?.fields.map(\.name).prefix(2) == ["instance", "zone"])
    }

    @Test func `error codes say what a failure tells about an instance`() {
        #expect(CallOutcome(.connectionRefused) == .refused)
        #expect(CallOutcome(.instanceLost) == .lost)
        #expect(CallOutcome(.applicationError) == .failed)
        #expect(CallOutcome(.cancelled) == .cancelled)
        #expect(CallOutcome(.noHealthyInstance) == .refused)
        // What certainly did not reach an instance must not count as its answer.
        for entry in ErrorCode.table where entry.code.area == .routing {
            let outcome = CallOutcome(entry.code)
            #expect(outcome == .refused || outcome == .failed)
        }
    }
}
