import CommyBase
import CommyWire
import Testing

@testable import CommyMesh

/// Two machines that talk to each other, frame by frame, without time or loss.
struct LinkPair {
    var dialler: LinkMachine
    var acceptor: LinkMachine
    var now = MeshInstant.zero
    private var readers = [FrameReader(), FrameReader()]
    /// What each side was told, in order.
    var facts: [(LinkSide, LinkFact)] = []
    /// DATA that the acceptor got, and what of it is not used up yet.
    var received = 0
    var unused: [(StreamKey, Int)] = []
    var fault: LinkFault?

    static func facts(_ name: String, _ limits: LinkLimits) -> HelloFacts {
        HelloFacts(
            role: .link, mesh: MeshName("test")!, node: NodeName(name)!, life: 1,
            linkCredit: limits.linkWindow, streamCredit: limits.streamWindow,
            streamLimit: UInt32(limits.openStreams))
    }

    init(_ limits: LinkLimits = LinkLimits(), greets: Bool = true) {
        dialler = LinkMachine(
            side: .dialler, facts: Self.facts("a", limits), limits: limits, at: now)
        acceptor = LinkMachine(
            side: .acceptor, facts: Self.facts("b", limits), limits: limits, at: now)
        guard greets else { return }
        move(.dialler)
        acceptor.accept(Self.facts("b", limits), at: now)
        move(.acceptor)
        dialler.accept(Self.facts("a", limits), at: now)
        facts = []
    }

    subscript(_ side: LinkSide) -> LinkMachine {
        _read { if side == .dialler { yield dialler } else { yield acceptor } }
        _modify { if side == .dialler { yield &dialler } else { yield &acceptor } }
    }

    /// Moves at most `limit` bytes that this side has to send to the other.
    mutating func move(_ side: LinkSide, limit: Int = .max) {
        let bytes = self[side].output.withUnreadBytes { span in
            unsafe span.withUnsafeBytes { unsafe Array($0.prefix(limit)) }
        }
        self[side].consumed(bytes.count)
        let other = side.other
        var reader = readers[Int(other.rawValue)]
        let time = now
        try? unsafe reader.receive(bytes.span.bytes) { header, payload in
            guard fault == nil else { return }
            do throws(LinkFault) {
                let fact = try self[other].frameReceived(header, payload, at: time)
                if fact != .nothing { facts.append((other, fact)) }
                if other == .acceptor, case .data(let key, _, _) = fact {
                    received += payload.byteCount
                    unused.append((key, payload.byteCount))
                }
            } catch {
                fault = error
            }
        }
        readers[Int(other.rawValue)] = reader
        dialler.checkInvariants()
        acceptor.checkInvariants()
    }

    /// Moves everything both ways until both are quiet.
    mutating func settle() {
        while !dialler.output.isEmpty || !acceptor.output.isEmpty {
            move(.dialler)
            move(.acceptor)
        }
    }

    mutating func open(
        _ side: LinkSide = .dialler, options: OpenOptions = [],
        priority: StreamPriority = .normal, binding: UInt32 = 1, ends: Bool = false
    ) -> StreamKey? {
        let frame = OpenFrame(
            service: ServiceName("orders")!, correlation: CorrelationID(high: 1, low: 2),
            priority: priority, options: options)
        return self[side].openStream(options, priority, binding: binding, ends: ends) {
            frame.encode(into: &$0)
        }
    }

    mutating func data(_ side: LinkSide, _ key: StreamKey, _ count: Int, ends: Bool = false) -> Int
    {
        let bytes = [UInt8](repeating: 5, count: count)
        return unsafe self[side].sendData(key, bytes.span.bytes, ends: ends)
    }
}

struct LinkMachineTests {
    @Test func `a request and its answer leave nothing behind`() throws {
        var pair = LinkPair()
        let key = try some(pair.open(binding: 7))
        same(pair.data(.dialler, key, 10, ends: true), 0)
        pair.settle()
        #expect(pair.facts.count == 2)
        guard case .opened(let peer, false) = pair.facts[0].1 else {
            Issue.record("no stream opened")
            return
        }
        #expect(pair.facts[1].1 == .data(peer, binding: .max, ends: true))
        let head: [UInt8] = [0, 0, 0, 0]
        unsafe pair.acceptor.sendHead(peer, head.span.bytes, ends: false)
        same(pair.data(.acceptor, peer, 20, ends: true), 0)
        pair.settle()
        #expect(pair.facts[2].1 == .head(binding: 7, ends: false))
        #expect(pair.facts[3].1 == .data(key, binding: 7, ends: true))
        #expect(pair.dialler.table.count == 0)
        #expect(pair.acceptor.table.count == 0)
    }

    @Test func `a one-way message needs no answer, and none may come`() throws {
        var pair = LinkPair()
        let key = try some(pair.open(options: .oneWay, ends: true))
        #expect(pair.dialler.table.count == 0)
        pair.settle()
        #expect(pair.acceptor.table.count == 0)
        let open = try some(pair.open(options: .oneWay))
        pair.settle()
        guard case .opened(let peer, _) = pair.facts.last?.1 else { return }
        // The acceptor's half is over, so a correct one cannot send; a wrong one is a violation.
        pair.acceptor.write { HeadFrame().encodeFrame(stream: peer.id, into: &$0) }
        pair.move(.acceptor)
        #expect(pair.fault?.code == .protocolViolation)
        _ = (key, open)
    }

    @Test func `a stream's window stops the sender, and a grant lets it go on`() throws {
        var pair = LinkPair()
        let key = try some(pair.open())
        same(pair.data(.dialler, key, 60_000), 0)
        // 5,536 go, the rest waits; all of it is told when it goes.
        same(pair.data(.dialler, key, 10_000, ends: true), 10_000)
        same(pair.dialler.popDrained()?.byteCount, 5_536)
        same(pair.dialler.popDrained(), nil)
        #expect(pair.dialler.waitingBytes == 4_464)
        pair.settle()
        guard case .opened(let peer, _) = pair.facts[0].1 else { return }
        same(pair.acceptor.grant(peer, 4_000, held: 0), 4_000)
        pair.settle()
        #expect(pair.facts.contains { $0.1 == .credit(binding: 1, 4_000) })
        same(pair.dialler.popDrained()?.byteCount, 4_000)
        same(pair.acceptor.grant(peer, 4_000, held: 0), 4_000)
        pair.settle()
        same(pair.dialler.popDrained()?.byteCount, 464)
        #expect(pair.dialler.waitingBytes == 0)
    }

    @Test func `the link's window binds all streams together`() throws {
        var limits = LinkLimits()
        limits.linkWindow = 100_000
        var pair = LinkPair(limits)
        let first = try some(pair.open(binding: 1))
        let second = try some(pair.open(binding: 2))
        same(pair.data(.dialler, first, 60_000), 0)
        same(pair.data(.dialler, second, 60_000), 60_000)
        pair.settle()
        #expect(pair.dialler.waitingBytes == 20_000)
        // The receiver has disposed of what came: a quarter of the window is worth a frame.
        pair.acceptor.release(60_000, at: pair.now)
        pair.settle()
        #expect(pair.dialler.waitingBytes == 0)
    }

    @Test func `urgent streams go before others, and equals take turns`() throws {
        var limits = LinkLimits()
        limits.committedOutput = 64 << 10
        limits.streamWindow = 100_000
        var pair = LinkPair(limits)
        let filler = try some(pair.open(priority: .normal, binding: 9))
        same(pair.data(.dialler, filler, 65_000), 0)
        #expect(pair.dialler.output.count > limits.committedOutput - 1_000)
        let more = try some(pair.open(priority: .normal, binding: 8))
        _ = pair.data(.dialler, more, 40_000)
        let low = try some(pair.open(priority: .lowest, binding: 3))
        let lower = try some(pair.open(priority: .lowest, binding: 4))
        let high = try some(pair.open(priority: .highest, binding: 5))
        // Too long for one frame together.
        for key in [low, lower, high] {
            _ = pair.data(.dialler, key, 40_000)
            _ = pair.data(.dialler, key, 40_000, ends: true)
        }
        pair.settle()
        let order = pair.facts.compactMap { fact -> StreamID? in
            if case .data(let key, _, _) = fact.1 { key.id } else { nil }
        }
        let ids = [low, lower, high].map(\.id)
        let rest = order.filter { ids.contains($0) }
        #expect(rest == [high.id, high.id, low.id, lower.id, low.id, lower.id])
        // Everything of the highest came before anything of the lowest.
        #expect(order.last == lower.id)
    }

    @Test func `after GOAWAY old streams end, new ones were never looked at`() throws {
        var pair = LinkPair()
        let old = try some(pair.open(binding: 1))
        pair.settle()
        pair.acceptor.beginClosing(.peerShuttingDown, at: pair.now)
        // It crosses the GOAWAY.
        let late = try some(pair.open(binding: 2))
        _ = pair.data(.dialler, late, 100, ends: true)
        pair.settle()
        #expect(pair.facts.last?.1 == .goingAway(.peerShuttingDown))
        same(pair.dialler.popAbandoned(), 2)
        same(pair.dialler.popAbandoned(), nil)
        same(pair.open(), nil)
        #expect(pair.dialler.table.count == 1)
        guard case .opened(let peer, _) = pair.facts[0].1 else { return }
        #expect(!pair.acceptor.hasFinishedClosing)
        pair.dialler.sendEnd(old)
        pair.settle()
        let head: [UInt8] = [0, 0, 0, 0]
        unsafe pair.acceptor.sendHead(peer, head.span.bytes, ends: true)
        #expect(pair.acceptor.hasFinishedClosing)
        pair.settle()
        #expect(pair.dialler.table.count == 0)
    }

    @Test func `a stream over the limit is refused and the link lives`() throws {
        var limits = LinkLimits()
        limits.openStreams = 2
        var pair = LinkPair(limits)
        // A dialler that does not keep to what it was told.
        pair.dialler.peer?.streamLimit = 100
        for binding in 1...3 { _ = try some(pair.open(binding: UInt32(binding))) }
        pair.settle()
        #expect(pair.fault == nil)
        #expect(pair.facts.contains { $0.1 == .reset(binding: 3) })
        #expect(pair.acceptor.table.count == 2)
    }

    @Test func `a reset drops what waits, and late frames for it are ignored`() throws {
        var pair = LinkPair()
        let key = try some(pair.open())
        _ = pair.data(.dialler, key, 60_000)
        _ = pair.data(.dialler, key, 50_000)
        pair.settle()
        guard case .opened(let peer, _) = pair.facts[0].1 else { return }
        pair.acceptor.sendReset(peer, .cancelled)
        pair.dialler.write { RawFrame.end(stream: key.id, into: &$0) }
        pair.settle()
        #expect(pair.fault == nil)
        #expect(pair.facts.last?.1 == .reset(binding: 1))
        #expect(pair.dialler.table.count == 0)
        #expect(pair.dialler.waitingBytes == 0)
    }

    @Test func `an OPEN that the runtime never took has certainly not left`() throws {
        var pair = LinkPair()
        let first = try some(pair.open(binding: 1))
        #expect(!pair.dialler.mayHaveLeft(first))
        pair.move(.dialler)
        #expect(pair.dialler.mayHaveLeft(first))
        let second = try some(pair.open(binding: 2))
        #expect(!pair.dialler.mayHaveLeft(second))
    }

    @Test func `a mistaken peer is told by the code`() {
        var pair = LinkPair(greets: false)
        pair.dialler.write { RawFrame.end(stream: StreamID(1), into: &$0) }
        pair.move(.dialler)
        #expect(pair.fault?.code == .protocolViolation)
    }

    /// A random history of two machines that keep to the protocol: no fault, no lost byte, and in
    /// the end nothing is left.
    @Test(arguments: UInt64(0)..<50)
    func `any history of correct sides leaves nothing behind`(_ seed: UInt64) {
        var limits = LinkLimits()
        limits.linkWindow = 70_000
        limits.streamWindow = 66_000
        limits.committedOutput = 3_000
        var pair = LinkPair(limits)
        var random = RandomStream(key: RandomKey(seed: seed).labelled("history"))
        var open: [StreamKey] = []
        var sent = 0
        for step in 0..<400 {
            switch random.below(6) {
            case 0, 1:
                let priority = StreamPriority(rawValue: UInt8(random.below(8)))!
                if let key = pair.open(
                    options: [.oneWay], priority: priority, binding: UInt32(step))
                {
                    open.append(key)
                }
            case 2, 3:
                guard !open.isEmpty else { continue }
                let count = 1 + random.below(9_000)
                sent += count
                _ = pair.data(.dialler, open[random.below(open.count)], count)
            case 4:
                guard !open.isEmpty else { continue }
                pair.dialler.sendEnd(open.remove(at: random.below(open.count)))
            default: pair.move(.dialler, limit: random.below(5_000))
            }
            pair.consume()
        }
        for key in open { pair.dialler.sendEnd(key) }
        for _ in 0..<2_000 where pair.dialler.table.count > 0 || !pair.dialler.output.isEmpty {
            pair.move(.dialler)
            pair.consume()
            pair.move(.acceptor)
        }
        #expect(pair.fault == nil)
        #expect(pair.dialler.table.count == 0)
        #expect(pair.acceptor.table.count == 0)
        #expect(pair.dialler.waitingBytes == 0)
        #expect(pair.received == sent)
    }
}

extension LinkPair {
    /// The acceptor uses up every byte that came since the last call.
    mutating func consume() {
        for (key, count) in unused { acceptor.used(key, count, at: now) }
        unused = []
    }
}
