import CommyBase
import CommyWire
import Testing

@testable import CommyMesh

/// A peer that asks for much with little.
struct HostileQuestionTests {
    /// Two nodes; the second one serves so much that one answer is as long as it may be.
    private static func bed() -> MeshBed {
        let bed = NodeMeshTests.bed(2)
        let server = bed.attach(1)
        let value = String(repeating: "x", count: 120)
        let labels = (0..<16).map { Label("key\($0)", value)! }
        for number in 0..<200 { server.register(bed, "s\(number)", labels: labels) }
        bed.run(for: .seconds(1))
        return bed
    }

    private static func pull(_ owner: NodeID) -> [UInt8] {
        var writer = ByteWriter()
        let nothing = CatalogClaim(owner: owner, version: .nothing, hash: 0)
        FrameHeader.frame(.catalog, into: &writer) {
            CatalogMessage.pull([nothing]).encode(into: &$0)
        }
        return writer.bytes
    }

    @Test func `a page of questions is not answered by a hundred megabytes`() {
        let bed = Self.bed()
        bed.checksInvariants = false
        let limits = NodeLimits()
        let owner = bed.hosts[1].node.id
        let mallory = bed.strangerConnects("mallory", to: 1)
        let oscar = bed.strangerConnects("oscar", to: 1)
        bed.say(mallory.hello, mallory)
        bed.say(oscar.hello, oscar)
        bed.run(for: .milliseconds(5))
        // It never reads, so that everything stays where it can be counted.
        bed.pipes[mallory.pipe].sides[1].underWay = bed.socketBytes
        let question = Self.pull(owner)
        var page: [UInt8] = []
        while page.count < 16 << 10 { page += question }
        bed.say(page, mallory)
        bed.run(for: .milliseconds(5))
        var highest = 0
        for link in bed.hosts[1].node.links { highest = max(highest, link.machine.output.count) }
        #expect(highest > limits.answerBurst)
        #expect(highest < limits.answerBurst + limits.catalog.answerBytes + (128 << 10))
        #expect(!mallory.isClosed)
        // The others are answered as ever.
        let before = oscar.received.count
        bed.say(question, oscar)
        bed.run(for: .milliseconds(50))
        #expect(oscar.received.count - before > 200_000)
        // And it is again after a while.
        let owed = highest
        bed.run(for: .seconds(1))
        bed.say(question, mallory)
        bed.run(for: .milliseconds(5))
        highest = 0
        for link in bed.hosts[1].node.links { highest = max(highest, link.machine.output.count) }
        #expect(highest > owed + 200_000)
    }

    @Test func `what was answered is paid off by time`() {
        var limits = NodeLimits()
        limits.answerBurst = 1_000
        limits.answerBytesPerSecond = 100
        var budget = AnswerBudget()
        let start = MeshInstant.zero + .seconds(50)
        same(budget.mayAnswer(at: start, limits), true)
        budget.answered(10, by: 1_510, at: start)
        same(budget.mayAnswer(at: start, limits), false)
        same(budget.mayAnswer(at: start + .seconds(5), limits), false)
        same(budget.mayAnswer(at: start + .milliseconds(5_010), limits), true)
        // An answer that is no longer than its question costs nothing.
        let owed = budget.owed
        budget.answered(10, by: 10, at: start + .seconds(6))
        #expect(budget.owed == owed)
        same(budget.mayAnswer(at: start + .seconds(100_000_000), limits), true)
        #expect(budget.owed == 0)
    }

    @Test func `of a message that also tells something only the question is left out`() {
        let wanted = [NodeID(value: 3)]
        #expect(
            SwimMessage.sync(news: [], wanted: wanted).withoutQuestion
                == .sync(news: [], wanted: []))
        #expect(SwimMessage.syncRequest(digest: []).withoutQuestion == nil)
        #expect(SwimMessage.gossip(news: []).withoutQuestion == .gossip(news: []))
        #expect(CatalogMessage.summary(viewHash: 1).withoutQuestion == nil)
        #expect(TrustMessage.compare(hash: 1).withoutQuestion == nil)
    }
}
