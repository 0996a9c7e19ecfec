internal import CommyBase
internal import CommyMesh
internal import CommySession
internal import LiveNode
internal import Testing

@Suite struct SessionConnectionTests {
    private let folder: TestFolder
    private var path: String { "\(folder.path)/here.sock" }

    init() throws { folder = try TestFolder() }

    @Test func `a service is called through the node`() throws {
        let node = try LiveNode(in: folder)
        defer { withExtendedLifetime(node) {} }
        var driver = try SessionDriver()
        let server = driver.add(path)
        let client = driver.add(path)
        try driver.serve(server, "orders")
        let answer = try driver.call(client, "orders", [1, 2, 3])
        #expect(answer.failure == nil)
        #expect(answer.body == [1, 2, 3])
        #expect(
            driver.told[client].first
                == .attached(
                    node: try #require(NodeName("here")), mesh: try #require(MeshName("dev"))))
    }

    @Test func `bytes beyond every window and buffer arrive whole`() throws {
        let node = try LiveNode(in: folder)
        defer { withExtendedLifetime(node) {} }
        var driver = try SessionDriver()
        let server = driver.add(path)
        let client = driver.add(path)
        try driver.serve(server, "orders")
        let body = (0..<5_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let answer = try driver.call(client, "orders", body)
        #expect(answer.failure == nil)
        #expect(answer.body == body)
    }

    @Test func `a thousand calls at once are each answered once`() throws {
        let node = try LiveNode(in: folder)
        defer { withExtendedLifetime(node) {} }
        var driver = try SessionDriver()
        let server = driver.add(path)
        let client = driver.add(path)
        try driver.serve(server, "orders")
        let request = CallRequest(service: try #require(ServiceName("orders")))
        var bodies: [CallID: [UInt8]] = [:]
        for number in 0..<1_000 {
            let body = Array("\(number)".utf8)
            let id = try driver.with(client) {
                unsafe $0.call(request, body: body.span.bytes, at: $1)
            }
            bodies[try #require(id)] = body
        }
        try driver.until("all are answered") { told in
            told[client].count { if case .answered = $0 { true } else { false } } >= 1_000
        }
        for case .answered(let id, let answer) in driver.told[client] {
            #expect(bodies.removeValue(forKey: id) == answer.body)
        }
        #expect(bodies.isEmpty)
    }

    @Test func `a service that nobody offers is told at once`() throws {
        let node = try LiveNode(in: folder)
        defer { withExtendedLifetime(node) {} }
        var driver = try SessionDriver()
        let client = driver.add(path)
        try driver.until("attached") { $0[client].count == 1 }
        #expect(try driver.call(client, "orders", []).failure?.code == .noSuchService)
    }

    @Test func `a deadline ends a call that is not answered`() throws {
        let node = try LiveNode(in: folder)
        defer { withExtendedLifetime(node) {} }
        var driver = try SessionDriver()
        driver.answers = { _ in nil }
        let server = driver.add(path)
        let client = driver.add(path)
        try driver.serve(server, "orders")
        let answer = try driver.call(client, "orders", [1], timeout: .milliseconds(50))
        #expect(answer.failure?.code == .deadlineExceeded)
        try driver.until("the server hears of it") { told in
            told[server].contains { if case .requestCancelled = $0 { true } else { false } }
        }
    }

    @Test func `a connection waits for a node that starts later`() throws {
        var driver = try SessionDriver()
        let client = driver.add(path)
        try driver.until("an attempt has failed") { !$0[client].isEmpty }
        guard case .attachFailed(let error) = driver.told[client][0] else {
            Issue.record("told \(driver.told[client])")
            return
        }
        #expect(error.code == .connectionRefused)
        let isOpen = try driver.with(client) { connection, _ in connection.isOpen }
        #expect(!isOpen)
        let node = try LiveNode(in: folder)
        defer { withExtendedLifetime(node) {} }
        try driver.until("attached") { told in
            told[client].contains { if case .attached = $0 { true } else { false } }
        }
    }

    @Test func `without a second attempt the first failure ends it`() throws {
        var driver = try SessionDriver()
        let client = driver.add(path, reattaches: false)
        try driver.until("it has failed") { !$0[client].isEmpty }
        let isOver = try driver.with(client) { connection, _ in connection.isOver }
        #expect(isOver)
    }

    @Test func `after the node's restart offers and watches are renewed`() throws {
        let first = try LiveNode(in: folder)
        var driver = try SessionDriver()
        driver.answers = { $0.body == [9] ? nil : $0.body }
        let server = driver.add(path)
        let client = driver.add(path)
        let offer = try driver.serve(server, "orders")
        let watch = try driver.with(client) { $0.watch(.all, at: $1) }
        try driver.until("the watch shows the instance") { present(watch, $0[client]) == 1 }
        let request = CallRequest(service: try #require(ServiceName("orders")))
        let open = try driver.with(client) {
            unsafe $0.call(request, body: ([9] as [UInt8]).span.bytes, at: $1)
        }
        try driver.until("the request is there") { told in
            told[server].contains { if case .request = $0 { true } else { false } }
        }
        try first.kill()
        try driver.until("both have lost the node") { told in
            told.allSatisfy { $0.contains { if case .detached = $0 { true } else { false } } }
        }
        let failed = driver.told[client].contains {
            if case .callFailed(open, let error, delivered: .maybe) = $0 {
                error.code == .connectionLost
            } else {
                false
            }
        }
        #expect(failed)
        driver.told[server] = []
        driver.told[client] = []

        let second = try LiveNode(in: folder)
        defer { withExtendedLifetime(second) {} }
        try driver.until("the offer and the watch are there again") { told in
            told[server].contains { if case .registered(offer, _) = $0 { true } else { false } }
                && present(watch, told[client]) == 1
        }
        #expect(try driver.call(client, "orders", [1]).body == [1])
    }

    @Test func `who leaves finishes what it serves, then is over`() throws {
        let node = try LiveNode(in: folder)
        defer { withExtendedLifetime(node) {} }
        var driver = try SessionDriver()
        driver.answers = { _ in nil }
        let server = driver.add(path)
        let client = driver.add(path)
        try driver.serve(server, "orders")
        let request = CallRequest(service: try #require(ServiceName("orders")))
        _ = try driver.with(client) {
            unsafe $0.call(request, body: ([7] as [UInt8]).span.bytes, at: $1)
        }
        var incoming: IncomingRequest?
        try driver.until("the request is there") { told in
            for case .request(let request) in told[server] { incoming = request }
            return incoming != nil
        }
        try driver.with(server) { $0.leave(at: $1) }
        let id = try #require(incoming).id
        try driver.with(server) { unsafe $0.answer(id, body: ([8] as [UInt8]).span.bytes, at: $1) }
        try driver.until("it is answered, and the server gone") { told in
            told[client].contains {
                if case .answered(_, let answer) = $0 { answer.body == [8] } else { false }
            }
                && told[server].contains { if case .detached = $0 { true } else { false } }
        }
        let isOver = try driver.with(server) { connection, _ in connection.isOver }
        #expect(isOver)
    }

    @Test func `a withdrawn offer is called no more`() throws {
        let node = try LiveNode(in: folder)
        defer { withExtendedLifetime(node) {} }
        var driver = try SessionDriver()
        let server = driver.add(path)
        let client = driver.add(path)
        let offer = try driver.serve(server, "orders")
        let watch = try driver.with(client) { $0.watch(.all, at: $1) }
        try driver.until("the watch shows it") { present(watch, $0[client]) == 1 }
        try driver.with(server) { $0.withdraw(offer, at: $1) }
        try driver.until("the watch shows it no more") { present(watch, $0[client]) == 0 }
        #expect(try driver.call(client, "orders", []).failure?.code.delivered == .no)
    }

    /// How many instances a watch shows now; nil before its snapshot is whole.
    private func present(_ watch: StandingID, _ told: [SessionEvent]) -> Int? {
        var shown: [InstanceID] = []
        var isWhole = false
        for case .changed(watch, let events) in told {
            for event in events {
                switch event {
                case .snapshot:
                    shown = []
                    isWhole = false
                case .present(let instance):
                    if !shown.contains(instance.id) { shown.append(instance.id) }
                case .absent(let id): shown.removeAll { $0 == id }
                case .synchronised: isWhole = true
                case .stale, .dependencies: break
                }
            }
        }
        return isWhole ? shown.count : nil
    }
}
