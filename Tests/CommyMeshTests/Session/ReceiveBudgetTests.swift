import CommyBase
import CommyWire
import Testing

@testable import CommyMesh

/// What a process holds of messages that come to it: `SessionLimits.receivedBytes`.
struct ReceiveBudgetTests {
    private static func message(_ number: UInt32) -> ReceiveBudget.Message {
        ReceiveBudget.Message(slot: number, serial: number)
    }

    @Test func `within the limit credit goes back at once, above it when a handler is done`() {
        var budget = ReceiveBudget(limit: 200)
        same(budget.received(80, of: Self.message(1), isFirst: true), true)
        budget.ended(Self.message(1), 80, withheld: 0)
        budget.handedOut(80)
        same(budget.received(30, of: Self.message(2), isFirst: true), false)
        same(budget.next(), nil)
        budget.handedBack(80)
        same(budget.next(), Self.message(2))
        budget.paid(30)
        same(budget.next(), nil)
        #expect(budget.withheld == 0 && budget.assembling == 30)
    }

    @Test func `messages that would wait for each other come one after the other`() {
        var budget = ReceiveBudget(limit: 200)
        for number in 1...3 {
            same(budget.received(30, of: Self.message(UInt32(number)), isFirst: true), true)
        }
        same(budget.received(30, of: Self.message(2), isFirst: true), true)
        same(budget.received(30, of: Self.message(1), isFirst: true), false)
        same(budget.received(30, of: Self.message(3), isFirst: true), false)
        same(budget.received(30, of: Self.message(2), isFirst: true), true)
        same(budget.next(), nil)
        budget.ended(Self.message(2), 90, withheld: 0)
        // 120 bytes still: the next that waits has its turn.
        same(budget.next(), Self.message(1))
        budget.paid(30)
        same(budget.next(), nil)
        budget.ended(Self.message(1), 60, withheld: 0)
        same(budget.next(), Self.message(3))
    }

    static func bed(
        _ change: (inout SessionLimits) -> Void
    ) -> (bed: MeshBed, server: BedClient, caller: BedClient) {
        let bed = MeshBed(seed: 5)
        bed.addHost("n0")
        let server = bed.attach(0, change)
        let caller = bed.attach(0, change)
        server.register(bed, "store")
        bed.run(for: .milliseconds(5))
        return (bed, server, caller)
    }

    static func change(_ limits: inout SessionLimits) {
        limits.messageBytes = 200_000
        limits.receivedBytes = 1_600_000
    }

    @Test func `requests wait until handlers are done, and all are served`() {
        let (bed, server, caller) = Self.bed {
            $0.messageBytes = 200_000
            $0.receivedBytes = 4_000_000
        }
        server.work = .seconds(1)
        server.answerBytes = 1
        let body = [UInt8](repeating: 1, count: 150_000)
        // In all 1.8 MB, of which 1 MB gets credit at once and 2 MB would be the end.
        let calls = (0..<12).map { _ in caller.call(bed, "store", body, timeout: nil) }
        var most = 0
        for _ in 0..<200 {
            bed.run(for: .milliseconds(100))
            let budget = server.client.requestBudget
            most = max(most, budget.assembling + budget.handedOut)
        }
        #expect(calls.allSatisfy { caller.outcome($0) == .answered([7]) })
        #expect(most > 1_000_000 && most < 1_800_000, "\(most)")
        #expect(server.client.requestBudget.withheld == 0)
    }

    @Test func `answers that would wait for each other come one after the other`() {
        let (bed, server, caller) = Self.bed {
            $0.messageBytes = 200_000
            $0.receivedBytes = 4_000_000
        }
        server.answerBytes = 150_000
        let calls = (0..<12).map { _ in caller.call(bed, "store", [1], timeout: nil) }
        bed.run(for: .seconds(1))
        for call in calls {
            guard case .answered(let body) = caller.outcome(call) else {
                Issue.record("no answer")
                continue
            }
            #expect(body.count == 150_000)
        }
        #expect(caller.client.answerBudget.assembling == 0)
    }

    @Test func `a handler that waits for an answer does not wait for its own request`() {
        let (bed, server, caller) = Self.bed(Self.change)
        server.isMute = true
        let body = [UInt8](repeating: 1, count: 180_000)
        for _ in 0..<4 { caller.call(bed, "store", body, timeout: nil) }
        bed.run(for: .milliseconds(100))
        #expect(server.client.requestBudget.withheld > 0)
        let other = bed.attach(0)
        other.answerBytes = 180_000
        other.register(bed, "parts")
        bed.run(for: .milliseconds(5))
        let part = server.call(bed, "parts")
        bed.run(for: .milliseconds(100))
        guard case .answered = server.outcome(part) else {
            Issue.record("no answer")
            return
        }
    }

    @Test func `when all that has credit is too much, the newest messages are refused`() {
        let (bed, server, caller) = Self.bed(Self.change)
        server.isMute = true
        let body = [UInt8](repeating: 1, count: 60_000)
        // Each has credit for all of it, so that nothing can be made to wait.
        let calls = (0..<20).map { _ in caller.call(bed, "store", body, timeout: .seconds(9)) }
        bed.run(for: .seconds(1))
        let refused = calls.filter { caller.outcome($0) == .failed(.overloaded, .no) }
        #expect(refused.count == 7)
        #expect(Array(calls.suffix(7)) == refused)
        let budget = server.client.requestBudget
        #expect(budget.assembling + budget.handedOut == 13 * 60_000)
        // The link is open for what has room.
        server.isMute = false
        let small = caller.call(bed, "store", [], timeout: .seconds(1))
        bed.run(for: .seconds(1))
        #expect(caller.outcome(small) == .answered([]))
    }

    @Test func `the limit makes room for two of the largest messages`() {
        var limits = SessionLimits()
        #expect(limits.receivedHalf == 2 * limits.messageBytes)
        limits.messageBytes = 100 << 20
        #expect(limits.receivedHalf == 2 * limits.messageBytes)
    }
}
