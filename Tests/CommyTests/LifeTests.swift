internal import Commy
internal import CommyBase
internal import LiveNode
internal import Testing

/// How a process comes and goes, and what becomes of it when its node does.
@Suite struct LifeTests {
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    private var configuration: MeshConfiguration {
        MeshConfiguration(
            node: "here", runDirectory: folder.path, callTimeout: .seconds(60))
    }

    @Test func `without a node the error says how to start one`() async throws {
        let error = await #expect(throws: CommyError.self) {
            try await Mesh.connect(configuration)
        }
        #expect(error?.code == .notAttached)
        #expect(error?.detail.contains("commyd --dev") == true)
        #expect(error?.cause?.code == .connectionRefused)
    }

    @Test func `the only node is found without its name`() async throws {
        let empty = await #expect(throws: CommyError.self) {
            try await Mesh.connect(MeshConfiguration(runDirectory: folder.path))
        }
        #expect(empty?.code == .notAttached)
        let first = try LiveNode("one", in: folder)
        let mesh = try await Mesh.connect(MeshConfiguration(runDirectory: folder.path))
        #expect(mesh.node == "one")
        let second = try LiveNode("two", in: folder)
        let several = await #expect(throws: CommyError.self) {
            try await Mesh.connect(MeshConfiguration(runDirectory: folder.path))
        }
        #expect(several?.code == .invalidArgument)
        #expect(several?.detail.contains("one, two") == true)
        await mesh.close()
        withExtendedLifetime((first, second)) {}
    }

    @Test func `services are there again after the node's restart, and calls wait for it`()
        async throws
    {
        let first = try LiveNode(in: folder)
        let server = try await Mesh.connect(configuration)
        let client = try await Mesh.connect(configuration)
        try await server.serve("double") { (number: Int, _) in number * 2 }
        #expect(try await client.call("double", with: 1) == 2)
        try first.kill()
        // Sent into nothing: it is answered when the node is back, unless it was lost with it.
        async let waiting: Result<Int, CommyError> = {
            do throws(CommyError) {
                return .success(try await client.call("double", with: 2))
            } catch {
                return .failure(error)
            }
        }()
        let second = try LiveNode(in: folder)
        switch await waiting {
        case .success(let number): #expect(number == 4)
        case .failure(let error):
            #expect([.connectionLost, .noSuchService].contains(error.code))
        }
        // The server attaches at its own pace.
        var views = try client.watch("double").makeAsyncIterator()
        while let view = await views.next() {
            if !view.isStale, view.instances.contains(where: { $0.state == .ready }) { break }
        }
        #expect(try await client.call("double", with: 3) == 6)
        await client.close()
        await server.close()
        withExtendedLifetime(second) {}
    }

    @Test func `while there is no node a call waits for its deadline and says why`() async throws {
        let node = try LiveNode(in: folder)
        let mesh = try await Mesh.connect(configuration)
        var views = mesh.watchAll().makeAsyncIterator()
        #expect(await views.next() == ServiceView(instances: [], isStale: false))
        try node.kill()
        while let view = await views.next(), !view.isStale {}
        let error = await #expect(throws: CommyError.self) {
            let _: Int = try await mesh.call(
                "double", with: 1, options: CallOptions(timeout: .milliseconds(100)))
        }
        #expect(error?.code == .deadlineExceeded)
        #expect(error?.cause?.code == .notAttached)
        await mesh.close()
    }

    @Test func `closing lets a handler finish, and ends what is asked later`() async throws {
        let node = try LiveNode(in: folder)
        let server = try await Mesh.connect(configuration)
        let client = try await Mesh.connect(configuration)
        let (began, begin) = AsyncStream.makeStream(of: Void.self)
        let (gate, open) = AsyncStream.makeStream(of: Void.self)
        try await server.serve("slow") { (_: Nothing, _) -> Int in
            begin.yield()
            _ = await gate.first { _ in true }
            return 7
        }
        async let answer: Int = client.call("slow", with: Nothing())
        _ = await began.first { _ in true }
        let closing = Task { await server.close() }
        open.yield()
        #expect(try await answer == 7)
        await closing.value
        let error = await #expect(throws: CommyError.self) {
            let _: Int = try await server.call("slow", with: Nothing())
        }
        #expect(error?.code == .notAttached)
        // A second time is harmless.
        await server.close()
        await client.close()
        withExtendedLifetime(node) {}
    }

    @Test func `a watch shows who comes, who drains and who goes`() async throws {
        let node = try LiveNode(in: folder)
        let server = try await Mesh.connect(configuration)
        let client = try await Mesh.connect(configuration)
        var views = try client.watch("tea").makeAsyncIterator()
        #expect(await views.next()?.instances == [])
        let served = try await server.serve(
            "tea", options: ServiceOptions(labels: ["kind": "green"], weight: 7)
        ) { (number: Int, _) in number }
        let there = await views.next()?.instances.first
        #expect(there?.service == "tea")
        #expect(there?.labels == ["kind": "green"])
        #expect(there?.weight == 7)
        #expect(there?.state == .ready)
        served.drain()
        #expect(await views.next()?.instances.map(\.state) == [.draining])
        served.stop()
        #expect(await views.next()?.instances == [])
        await server.close()
        await client.close()
        // The stream ends with its mesh.
        #expect(await views.next() == nil)
        withExtendedLifetime(node) {}
    }

    @Test func `a service that two processes serve is called on both`() async throws {
        let node = try LiveNode(in: folder)
        let one = try await Mesh.connect(configuration)
        let two = try await Mesh.connect(configuration)
        try await one.serve("who") { (_: Nothing, _) in 1 }
        try await two.serve("who") { (_: Nothing, _) in 2 }
        var answers: Set<Int> = []
        for _ in 0..<200 where answers.count < 2 {
            answers.insert(try await one.call("who", with: Nothing()))
        }
        #expect(answers == [1, 2])
        await one.close()
        await two.close()
        withExtendedLifetime(node) {}
    }
}
