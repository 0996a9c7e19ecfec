import CommyBase
import Testing

@testable import CommyMesh

struct ProbeTests {
    private let target = NodeID(value: 7)
    private let helpers = [NodeID(value: 1), NodeID(value: 2)]

    private func probe(isDirect: Bool = true) -> Probe {
        Probe(
            number: 1, target: target, isDirect: isDirect, patience: .milliseconds(200), at: .zero)
    }
    /// The macro cannot look into a mutating call.
    private func expect<Value: Equatable>(_ value: Value, _ expected: Value) {
        #expect(value == expected)
    }
    private func at(_ milliseconds: Int64) -> MeshInstant { .zero + .milliseconds(milliseconds) }

    @Test func `silence leads from the member to others and then to the verdict`() {
        var probe = probe()
        #expect(probe.deadlineReached(at: at(199)) == .nothing)
        #expect(probe.deadlineReached(at: at(200)) == .askOthers)
        probe.asked(helpers, patience: .milliseconds(260), at: at(200))
        #expect(probe.deadline == at(460))
        #expect(probe.deadlineReached(at: at(459)) == .nothing)
        #expect(probe.deadlineReached(at: at(460)) == .fail)
    }

    @Test func `a failed link ends the wait for the member once`() {
        var probe = probe()
        expect(probe.linkFailed(at: at(10)), .askOthers)
        probe.asked(helpers, patience: .milliseconds(260), at: at(10))
        expect(probe.linkFailed(at: at(20)), .nothing)
    }

    @Test func `only those who were asked answer`() {
        var probe = probe()
        #expect(probe.isAnswered(by: target))
        #expect(!probe.isAnswered(by: helpers[0]))
        probe.asked(helpers, patience: .milliseconds(260), at: at(200))
        #expect(probe.isAnswered(by: helpers[0]))
        #expect(!probe.isAnswered(by: NodeID(value: 3)))
    }

    @Test func `it fails at once when no helper has a link`() {
        var probe = probe(isDirect: false)
        probe.asked(helpers, patience: .milliseconds(260), at: at(0))
        expect(probe.refused(by: helpers[0], .noLink, hasLink: false), .nothing)
        expect(probe.refused(by: helpers[0], .noLink, hasLink: false), .nothing)
        #expect(probe.refusals == [helpers[0]])
        expect(probe.refused(by: helpers[1], .noLink, hasLink: false), .fail)
    }

    @Test func `it waits on while one helper or the own link may still bring an ack`() {
        var probe = probe()
        probe.asked(helpers, patience: .milliseconds(260), at: at(200))
        expect(probe.refused(by: helpers[0], .noAnswer, hasLink: true), .nothing)
        expect(probe.refused(by: helpers[1], .noLink, hasLink: false), .nothing)
        expect(probe.refused(by: NodeID(value: 9), .noLink, hasLink: false), .nothing)
        #expect(probe.refusals.count == 2)
    }

    @Test func `standing still puts off both deadlines`() {
        var probe = probe()
        probe.postpone(by: .seconds(1))
        #expect(probe.deadline == at(1_200))
        probe.asked(helpers, patience: .milliseconds(260), at: at(1_200))
        probe.postpone(by: .seconds(1))
        #expect(probe.deadline == at(2_460))
    }
}
