internal import Commy
internal import CommyBase
internal import CommyWire
internal import LiveNode
internal import Testing

/// What is ordered in these tests.
struct Order: Codable, Equatable, Sendable {
    var item: String
    var count: Int
}

struct Receipt: Codable, Equatable, Sendable {
    var number: Int
    var items: [String]
}

@Suite struct CallingTests {
    private let node: LiveNode

    init() throws { node = try LiveNode(in: try TestFolder()) }

    private func connect(
        _ edit: (inout MeshConfiguration) -> Void = { _ in }
    ) async throws -> Mesh {
        var configuration = MeshConfiguration(node: node.name, runDirectory: node.folder.path)
        // No test of this suite means to run out of time unless it says so.
        configuration.callTimeout = .seconds(60)
        edit(&configuration)
        return try await Mesh.connect(configuration)
    }

    @Test func `a value goes to a service, and a value comes back`() async throws {
        let server = try await connect()
        let client = try await connect()
        #expect(client.node == "here")
        #expect(client.name == "dev")
        try await server.serve("orders") { (order: Order, _) in
            Receipt(number: 1, items: Array(repeating: order.item, count: order.count))
        }
        let receipt: Receipt = try await client.call(
            "orders", with: Order(item: "tea", count: 2))
        #expect(receipt == Receipt(number: 1, items: ["tea", "tea"]))
        await client.close()
        await server.close()
    }

    @Test(arguments: PayloadFormat.known.filter { $0 != .opaque })
    func `every format carries a typed call`(_ format: CommyWire.PayloadFormat) async throws {
        let mesh = try await connect { $0.format = format }
        try await mesh.serve("orders") { (order: Order, context) in
            #expect(context.format == format)
            return order
        }
        let order = Order(item: "tea", count: -7)
        #expect(try await mesh.call("orders", with: order) == order)
        await mesh.close()
    }

    @Test func `a timeout of ages is a timeout`() async throws {
        let mesh = try await connect()
        try await mesh.serve("orders") { (order: Order, _) in order }
        let order = Order(item: "tea", count: 1)
        let options = CallOptions(timeout: .seconds(Int64.max))
        #expect(try await mesh.call("orders", with: order, options: options) == order)
        await mesh.close()
    }

    @Test func `bytes and texts beside them travel as they are`() async throws {
        let mesh = try await connect()
        try await mesh.serveMessages("mirror") { message, context in
            var metadata = Metadata()
            try metadata.append(key: "seen", value: context.metadata["colour"] ?? "none")
            return Message(message.bytes.reversed(), metadata: metadata)
        }
        var metadata = Metadata()
        try metadata.append(key: "colour", value: "green")
        let answer = try await mesh.call(
            "mirror", message: Message([1, 2, 3], metadata: metadata))
        #expect(answer.bytes == [3, 2, 1])
        #expect(answer.metadata["seen"] == "green")
        await mesh.close()
    }

    @Test func `methods have handlers of their own`() async throws {
        let mesh = try await connect()
        var handler = ServiceHandler()
        handler.on("double") { (number: Int, _) in number * 2 }
        handler.on("name") { (_: Nothing, context) in context.method }
        try await mesh.serve("numbers", handler)
        #expect(try await mesh.call("numbers", "double", with: 21) == 42)
        #expect(try await mesh.call("numbers", "name", with: Nothing()) == "name")
        let error = await #expect(throws: CommyError.self) {
            let _: Int = try await mesh.call("numbers", "triple", with: 1)
        }
        #expect(error?.code == .noSuchMethod)
        await mesh.close()
    }

    @Test func `a handler's error reaches the caller`() async throws {
        struct OutOfTea: Error, CustomStringConvertible { let description = "no tea left" }
        let mesh = try await connect()
        var handler = ServiceHandler()
        handler.on("plain") { (_: Nothing, _) -> Nothing in throw OutOfTea() }
        handler.on("coded") { (_: Nothing, _) -> Nothing in
            throw CommyError(.permissionDenied, "not for you")
        }
        try await mesh.serve("tea", handler)
        let plain = await #expect(throws: CommyError.self) {
            let _: Nothing = try await mesh.call("tea", "plain", with: Nothing())
        }
        #expect(plain == CommyError(.applicationError, "no tea left"))
        let coded = await #expect(throws: CommyError.self) {
            let _: Nothing = try await mesh.call("tea", "coded", with: Nothing())
        }
        #expect(coded == CommyError(.permissionDenied, "not for you"))
        await mesh.close()
    }

    @Test func `a request of another type is refused with its place`() async throws {
        let mesh = try await connect()
        try await mesh.serve("orders") { (order: Order, _) in order }
        let error = await #expect(throws: CommyError.self) {
            let _: Order = try await mesh.call("orders", with: ["item": "tea"])
        }
        #expect(error?.code == .payloadUnreadable)
        #expect(error?.detail.contains("count") == true)
        await mesh.close()
    }

    @Test func `a service that nobody offers is told at once`() async throws {
        let mesh = try await connect()
        let error = await #expect(throws: CommyError.self) {
            let _: Int = try await mesh.call("nobody", with: 1)
        }
        #expect(error?.code == .noSuchService)
        #expect(error?.allowsRetry(isIdempotent: false) == true)
        await mesh.close()
    }

    @Test func `names that cannot be are refused before anything is sent`() async throws {
        let mesh = try await connect()
        for call in [("Orders", ""), ("orders", "two words")] {
            let error = await #expect(throws: CommyError.self) {
                let _: Int = try await mesh.call(call.0, call.1, with: 1)
            }
            #expect(error?.code == .invalidArgument)
        }
        await #expect(throws: CommyError.self) {
            try await mesh.serve("not a name") { (number: Int, _) in number }
        }
        await mesh.close()
    }

    @Test func `a call that takes too long ends, and its handler is told`() async throws {
        let mesh = try await connect()
        let (told, tell) = AsyncStream.makeStream(of: Bool.self)
        try await mesh.serve("slow") { (_: Nothing, context) -> Nothing in
            #expect(context.timeLeft != nil)
            try? await Task.sleep(for: .seconds(600))
            tell.yield(Task.isCancelled)
            return Nothing()
        }
        let error = await #expect(throws: CommyError.self) {
            let _: Nothing = try await mesh.call(
                "slow", with: Nothing(), options: CallOptions(timeout: .milliseconds(50)))
        }
        #expect(error?.code == .deadlineExceeded)
        #expect(await told.first { _ in true } == true)
        await mesh.close()
    }

    @Test func `cancelling the task cancels the call, and its handler is told`() async throws {
        let mesh = try await connect()
        let (began, begin) = AsyncStream.makeStream(of: Void.self)
        let (told, tell) = AsyncStream.makeStream(of: Bool.self)
        try await mesh.serve("slow") { (_: Nothing, _) -> Nothing in
            begin.yield()
            try? await Task.sleep(for: .seconds(600))
            tell.yield(Task.isCancelled)
            return Nothing()
        }
        let call = Task { () -> CommyError? in
            do throws(CommyError) {
                let _: Nothing = try await mesh.call("slow", with: Nothing())
                return nil
            } catch {
                return error
            }
        }
        _ = await began.first { _ in true }
        call.cancel()
        #expect(await call.value?.code == .cancelled)
        #expect(await told.first { _ in true } == true)
        await mesh.close()
    }

    @Test func `a task that is cancelled before calls nobody`() async throws {
        let mesh = try await connect()
        let call = Task { () -> CommyError? in
            // Wait for the cancellation, which ends the sleep.
            try? await Task.sleep(for: .seconds(600))
            do throws(CommyError) {
                let _: Int = try await mesh.call("nobody", with: 1)
                return nil
            } catch {
                return error
            }
        }
        call.cancel()
        #expect(await call.value?.code == .cancelled)
        await mesh.close()
    }

    @Test func `a call inside a handler has no more time than the handler`() async throws {
        let mesh = try await connect()
        try await mesh.serve("inner") { (_: Nothing, context) in
            context.timeLeft.map { $0 <= .seconds(20) } ?? false
        }
        try await mesh.serve("outer") { (_: Nothing, _) -> Bool in
            try await mesh.call("inner", with: Nothing())
        }
        let isBound: Bool = try await mesh.call(
            "outer", with: Nothing(), options: CallOptions(timeout: .seconds(20)))
        #expect(isBound)
        await mesh.close()
    }

    @Test func `a message one way arrives, acknowledged or not`() async throws {
        let mesh = try await connect()
        let (heard, hear) = AsyncStream.makeStream(of: String.self)
        try await mesh.serve("log") { (line: String, _) -> Nothing in
            hear.yield(line)
            return Nothing()
        }
        try await mesh.send("log", with: "plain")
        #expect(await heard.first { _ in true } == "plain")
        try await mesh.send("log", with: "acknowledged", acknowledged: true)
        #expect(await heard.first { _ in true } == "acknowledged")
        let error = await #expect(throws: CommyError.self) {
            try await mesh.send("nobody", with: "lost", acknowledged: true)
        }
        #expect(error?.code == .noSuchService)
        await mesh.close()
    }

    @Test func `a thousand calls at once are each answered with their own`() async throws {
        let mesh = try await connect()
        try await mesh.serve("double") { (number: Int, _) in number * 2 }
        let sum = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<1_000 {
                group.addTask {
                    let double: Int = try await mesh.call("double", with: number)
                    #expect(double == 2 * number)
                    return double
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(sum == 999_000)
        await mesh.close()
    }

    @Test func `more requests than a service allows at once are shed`() async throws {
        let mesh = try await connect()
        let (began, begin) = AsyncStream.makeStream(of: Void.self)
        let (gate, open) = AsyncStream.makeStream(of: Void.self)
        try await mesh.serve("narrow", options: ServiceOptions(concurrency: 1)) {
            (_: Nothing, _) -> Int in
            begin.yield()
            _ = await gate.first { _ in true }
            return 1
        }
        async let first: Int = mesh.call("narrow", with: Nothing())
        _ = await began.first { _ in true }
        let error = await #expect(throws: CommyError.self) {
            let _: Int = try await mesh.call("narrow", with: Nothing())
        }
        #expect(error?.code == .overloaded)
        open.yield()
        #expect(try await first == 1)
        await mesh.close()
    }
}
