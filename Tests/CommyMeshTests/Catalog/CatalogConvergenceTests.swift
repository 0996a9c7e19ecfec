import CommyBase
import CommyMesh
import Testing

/// How long a mesh takes to know one thing, and what that costs. Links have 200 to 400 microseconds
/// one way, each node serves five services. Virtual time: the figures are exact and the same
/// everywhere; the bounds leave room for changes of defaults.
struct CatalogConvergenceTests {
    private func mesh(_ count: Int) throws -> CatalogMesh {
        var mesh = CatalogMesh(count: count, seed: UInt64(count))
        mesh.checksEachStep = count < 50
        for index in 0..<count {
            mesh.start(index)
            for service in 0..<5 {
                let label = try #require(Label("version", "1.\(service)"))
                let name = try #require(ServiceName("service-\(service)"))
                try mesh.register(index, try ServiceOffer(service: name, labels: [label]))
            }
        }
        return mesh
    }

    @Test(arguments: [3, 10, 30, 100])
    func `nodes that start together agree as soon as they are linked`(_ count: Int) throws {
        var mesh = try mesh(count)
        let agreement = mesh.timeToAgree(limit: .seconds(10))
        let time = try #require(agreement)
        print(
            "join \(count): \(time.shortText), \(mesh.messages) messages,",
            "\(mesh.bytes / count) bytes/node")
        // The slowest link is up after 20 ms; a question and an answer follow.
        #expect(time < .milliseconds(25))
        #expect(mesh.bytes / count < 600 * count + 4_000)
    }

    @Test(arguments: [3, 10, 30, 100])
    func `a change is everywhere after one way and costs one message for each peer`(
        _ count: Int
    ) throws {
        var mesh = try mesh(count)
        let isReady = mesh.timeToAgree(limit: .seconds(10)) != nil
        #expect(isReady)
        // Past the burst of the begin.
        mesh.run(for: .seconds(5))
        let (messages, bytes) = (mesh.messages, mesh.bytes)
        try mesh.register(0, try CatalogStage.offer("new"))
        let agreement = mesh.timeToAgree(limit: .seconds(10))
        let time = try #require(agreement)
        print(
            "change \(count): \(time.shortText), \(mesh.messages - messages) messages,",
            "\(mesh.bytes - bytes) bytes")
        #expect(time < .microseconds(5_500))
        // Comparisons of the same time come on top.
        #expect(mesh.messages - messages <= count - 1 + count / 10 + 2)
    }

    @Test(arguments: [3, 10, 30, 100])
    func `an idle mesh compares little`(_ count: Int) throws {
        var mesh = try mesh(count)
        let isReady = mesh.timeToAgree(limit: .seconds(10)) != nil
        #expect(isReady)
        mesh.run(for: .seconds(5))
        let (messages, bytes) = (mesh.messages, mesh.bytes)
        mesh.run(for: .seconds(20))
        let rate = Double(mesh.bytes - bytes) / 20 / Double(count)
        print("idle \(count): \(mesh.messages - messages) messages in 20 s, \(rate) B/s each node")
        #expect(mesh.messages - messages <= 15 * count)
        #expect(rate < 10)
    }

    @Test(arguments: [10, 30])
    func `what deltas lost is found by comparing`(_ count: Int) throws {
        var mesh = try mesh(count)
        let isReady = mesh.timeToAgree(limit: .seconds(10)) != nil
        #expect(isReady)
        mesh.conditions.loss = 1
        try mesh.register(0, try CatalogStage.offer("new"))
        mesh.run(for: .milliseconds(100))
        mesh.conditions.loss = 0
        let agreement = mesh.timeToAgree(limit: .seconds(60))
        let time = try #require(agreement)
        print("repair \(count): \(time.shortText)")
        #expect(time < .seconds(12))
    }

    /// A chain: each node is linked with two others only, and hears of the rest by repetition.
    @Test func `a mesh with few links agrees by repetition`() throws {
        var mesh = try mesh(10)
        for left in 0..<10 {
            for right in 0..<left where left - right > 1 { mesh.disconnect(left, right) }
        }
        let joining = mesh.timeToAgree(limit: .seconds(120))
        try mesh.register(0, try CatalogStage.offer("new"))
        let change = mesh.timeToAgree(limit: .seconds(120))
        let (joined, changed) = (try #require(joining), try #require(change))
        print("chain 10: \(joined.shortText) to join, \(changed.shortText) for a change")
        #expect(joined < .seconds(30) && changed < .seconds(30))
    }

    @Test func `two halves agree at once when they meet again`() throws {
        var mesh = try mesh(10)
        let isReady = mesh.timeToAgree(limit: .seconds(10)) != nil
        #expect(isReady)
        mesh.partition((0..<10).map { $0 % 2 })
        mesh.run(for: .seconds(20))
        try mesh.register(0, try CatalogStage.offer("even"))
        try mesh.register(1, try CatalogStage.offer("odd"))
        mesh.run(for: .seconds(20))
        #expect(!mesh.isAgreed)
        mesh.heal()
        let agreement = mesh.timeToAgree(limit: .seconds(10))
        let time = try #require(agreement)
        print("heal 10: \(time.shortText)")
        #expect(time < .milliseconds(25))
    }

    @Test func `a node that starts anew is believed within two ways`() throws {
        var mesh = try mesh(10)
        let isReady = mesh.timeToAgree(limit: .seconds(10)) != nil
        #expect(isReady)
        // Nine lives before, so that its past looks newer than it.
        for _ in 0..<9 {
            mesh.crash(3)
            mesh.run(for: .milliseconds(50))
            mesh.start(3)
            try mesh.register(3, try CatalogStage.offer("orders"))
            let agreement = mesh.timeToAgree(limit: .seconds(10))
            let time = try #require(agreement)
            #expect(time < .milliseconds(30))
        }
    }
}
