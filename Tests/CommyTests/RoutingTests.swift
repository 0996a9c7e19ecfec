internal import Commy
internal import CommyBase
internal import CommyWire
internal import LiveNode
internal import Testing

/// Which instance a call reaches, and what travels with it.
@Suite struct RoutingTests {
    private let node: LiveNode

    init() throws { node = try LiveNode(in: try TestFolder()) }

    private func connect() async throws -> Mesh {
        try await Mesh.connect(
            MeshConfiguration(
                node: node.name, runDirectory: node.folder.path, callTimeout: .seconds(60)))
    }

    private func code(
        _ body: () async throws -> Void
    ) async -> CommyError? {
        await #expect(throws: CommyError.self) { try await body() }
    }

    @Test func `a request that finds an instance full goes to another one`() async throws {
        let narrow = try await connect()
        let wide = try await connect()
        let client = try await connect()
        let (began, begin) = AsyncStream.makeStream(of: Void.self)
        let (gate, open) = AsyncStream.makeStream(of: Void.self)
        try await narrow.serve("work", options: ServiceOptions(concurrency: 1)) {
            (_: Nothing, _) -> String in
            begin.yield()
            _ = await gate.first { _ in true }
            return "narrow"
        }
        async let first: String = client.call("work", with: Nothing())
        _ = await began.first { _ in true }
        try await wide.serve("work") { (_: Nothing, _) in "wide" }
        for _ in 0..<20 {
            #expect(try await client.call("work", with: Nothing()) == "wide")
        }
        open.yield()
        #expect(try await first == "narrow")
        for mesh in [client, narrow, wide] { await mesh.close() }
    }

    @Test func `a caller reaches only instances that are what it requires`() async throws {
        let mesh = try await connect()
        let other = try await connect()
        try await mesh.serve(
            "work",
            options: ServiceOptions(
                labels: ["tier": "gold", "gpu": ""], formats: [.json], versions: 2...3,
                zone: "eu/a/1")
        ) { (_: Nothing, _) in "one" }
        try await other.serve(
            "work",
            options: ServiceOptions(labels: ["tier": "base"], versions: 4...9, zone: "us/a")
        ) { (_: Nothing, _) in "two" }
        func ask(_ require: CallRequirement, as format: PayloadFormat = .json) async throws
            -> String
        {
            try await mesh.call(
                "work", with: Nothing(), options: CallOptions(format: format, require: require))
        }
        for _ in 0..<5 {
            #expect(try await ask(CallRequirement(labels: ["tier": "gold"])) == "one")
            #expect(try await ask(CallRequirement(labels: ["tier": "base"])) == "two")
            #expect(try await ask(CallRequirement(labelKeys: ["gpu"])) == "one")
            #expect(try await ask(CallRequirement(versions: 3...3)) == "one")
            #expect(try await ask(CallRequirement(versions: 5...5)) == "two")
            #expect(try await ask(CallRequirement(zone: "eu/a")) == "one")
            #expect(try await ask(CallRequirement(), as: .cbor) == "two")
        }
        let none = await code { _ = try await ask(CallRequirement(zone: "asia")) }
        #expect(none?.code == .capabilityMismatch)
        for mesh in [mesh, other] { await mesh.close() }
    }

    @Test func `conditions that cannot be are refused before anything is sent`() async throws {
        let mesh = try await connect()
        let wrong: [(CallRequirement, String)] = [
            (CallRequirement(labels: ["Not a key": "x"]), "require.labels"),
            (CallRequirement(labelKeys: ["a=b"]), "require.labelKeys"),
            (CallRequirement(versions: 0...70_000), "require.versions"),
            (CallRequirement(zone: "eu//a"), "require.zone"),
            (CallRequirement(labelKeys: (0..<17).map { "l\($0)" }), "require.label"),
        ]
        for (require, field) in wrong {
            let error = await code {
                try await mesh.send(
                    "work", with: 1, options: CallOptions(require: require))
            }
            #expect(error?.code == .invalidArgument)
            #expect(error?.detail.contains(field) == true, "\(error?.detail ?? "")")
        }
        // By hand, too: the node would end the session of who sends this.
        var metadata = Metadata()
        try metadata.append(key: "require.version", value: "three")
        let byHand = await code {
            try await mesh.send("work", with: 1, options: CallOptions(metadata: metadata))
        }
        #expect(byHand?.code == .invalidArgument)
        for options in [ServiceOptions(versions: -1...2), ServiceOptions(zone: "Not/a zone")] {
            let error = await code {
                try await mesh.serve("work", options: options) { (_: Nothing, _) in 1 }
            }
            #expect(error?.code == .invalidArgument)
        }
        await mesh.close()
    }

    @Test func `a trace and a correlation travel, and a handler's calls inherit the trace`()
        async throws
    {
        let mesh = try await connect()
        try await mesh.serve("inner") { (_: Nothing, context) in
            [context.trace?.description ?? "", context.traceState.text]
        }
        try await mesh.serve("outer") { (_: Nothing, context) in
            let inner: [String] = try await mesh.call("inner", with: Nothing())
            return [context.correlation.description] + inner
        }
        let trace = try #require(
            TraceContext(
                traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"))
        let state = try #require(TraceState("vendor=word"))
        let correlation = CorrelationID(high: 1, low: 2)
        let seen: [String] = try await mesh.call(
            "outer", with: Nothing(),
            options: CallOptions(trace: trace, traceState: state, correlation: correlation))
        #expect(seen == [correlation.description, trace.description, "vendor=word"])
        await mesh.close()
    }

    @Test func `who watches the dependencies of a service hears what is missing`() async throws {
        let mesh = try await connect()
        var views = try mesh.watchDependencies(of: "shop").makeAsyncIterator()
        #expect(await views.next()?.isMet == true, "nobody serves it, so nothing is needed")
        try await mesh.serve("shop", options: ServiceOptions(dependencies: ["orders"])) {
            (_: Nothing, _) in 1
        }
        #expect(await views.next()?.unmet == ["orders"])
        let orders = try await mesh.serve(
            "orders", options: ServiceOptions(dependencies: ["stock"])
        ) { (_: Nothing, _) in 1 }
        let below = await views.next()
        #expect(below?.unmet == [] && below?.unmetBelow == ["stock"] && below?.isStale == false)
        try await mesh.serve("stock") { (_: Nothing, _) in 1 }
        #expect(await views.next()?.isMet == true)
        orders.stop()
        #expect(await views.next()?.unmet == ["orders"])
        await mesh.close()
        #expect(throws: CommyError.self) { try mesh.watchDependencies(of: "Not a name") }
    }
}
