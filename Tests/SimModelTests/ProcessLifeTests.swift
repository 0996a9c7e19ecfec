import SimModel
import Testing

struct ProcessLifeTests {
    /// One fact and what it must bring about.
    enum Step: Sendable {
        case launched
        case ready(news: Bool)
        case leave(ProcessLife.AfterLeaving, tell: Bool)
        case healed(start: Bool)
        case exited(succeeded: Bool = false, ProcessLife.OnExit)
    }

    struct Transcript: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var policy: ProcessSpec.Restart = .never
        var steps: [Step]
        var end: ProcessLife.State
    }

    static let transcripts: [Transcript] = [
        Transcript(
            testDescription: "it starts, is ready once, and ends by itself",
            steps: [
                .launched, .ready(news: true), .ready(news: false),
                .exited(succeeded: true, .reportFailure),
            ], end: .ended),
        Transcript(
            testDescription: "it ends before it is ready",
            steps: [.launched, .exited(.reportFailure), .ready(news: false)], end: .ended),
        Transcript(
            testDescription: "on-failure starts it again after a failure",
            policy: .onFailure,
            steps: [.launched, .exited(.launch(afterFailure: true)), .launched], end: .starting),
        Transcript(
            testDescription: "on-failure lets a success be",
            policy: .onFailure, steps: [.launched, .exited(succeeded: true, .reportFailure)],
            end: .ended),
        Transcript(
            testDescription: "always starts it again after a success",
            policy: .always,
            steps: [.launched, .exited(succeeded: true, .launch(afterFailure: true))],
            end: .waiting),
        Transcript(
            testDescription: "a crash takes it down until it heals",
            steps: [
                .launched, .ready(news: true), .leave(.stayDown, tell: true), .exited(.note),
                .ready(news: false), .healed(start: true), .launched,
            ], end: .starting),
        Transcript(
            testDescription: "an order hits it while it is starting",
            steps: [.launched, .leave(.stayDown, tell: true), .ready(news: false)],
            end: .leaving(then: .stayDown)),
        Transcript(
            testDescription: "the fault heals before the process has left",
            steps: [
                .launched, .leave(.stayDown, tell: true), .healed(start: false),
                .exited(.launch(afterFailure: false)), .launched,
            ], end: .starting),
        Transcript(
            testDescription: "a restart",
            steps: [
                .launched, .leave(.startAgain, tell: true),
                .exited(.launch(afterFailure: false)), .launched, .ready(news: true),
            ], end: .running),
        Transcript(
            testDescription: "a crash during a restart keeps it down",
            steps: [
                .launched, .leave(.startAgain, tell: true), .leave(.stayDown, tell: false),
                .exited(.note), .healed(start: true),
            ], end: .waiting),
        Transcript(
            testDescription: "a restart during a crash changes nothing",
            steps: [
                .launched, .leave(.stayDown, tell: true), .leave(.startAgain, tell: false),
                .exited(.note), .leave(.startAgain, tell: false),
            ], end: .down),
        Transcript(
            testDescription: "of two overlapping faults the last one's healing starts it",
            steps: [
                .launched, .leave(.stayDown, tell: true), .exited(.note),
                .leave(.stayDown, tell: false), .healed(start: false), .healed(start: true),
            ], end: .waiting),
        Transcript(
            testDescription: "of two faults one heals while it leaves",
            steps: [
                .launched, .leave(.stayDown, tell: true), .leave(.stayDown, tell: false),
                .healed(start: false), .exited(.note), .healed(start: true),
            ], end: .waiting),
        Transcript(
            testDescription: "a fault between two incarnations prevents the next",
            policy: .always,
            steps: [
                .launched, .exited(.launch(afterFailure: true)), .leave(.stayDown, tell: false),
            ], end: .down),
        Transcript(
            testDescription: "a restart between two incarnations changes nothing",
            policy: .always,
            steps: [
                .launched, .exited(.launch(afterFailure: true)), .leave(.startAgain, tell: false),
            ], end: .waiting),
        Transcript(
            testDescription: "a fault on one that has ended by itself",
            steps: [
                .launched, .exited(.reportFailure), .leave(.stayDown, tell: false),
                .healed(start: false), .leave(.end, tell: false),
            ], end: .ended),
        Transcript(
            testDescription: "the end of the run overrides a restart, which cannot override it",
            policy: .always,
            steps: [
                .launched, .leave(.startAgain, tell: true), .leave(.end, tell: false),
                .leave(.startAgain, tell: false), .exited(succeeded: true, .note),
            ], end: .ended),
        Transcript(
            testDescription: "the end of the run overrides a fault, whose healing is then nothing",
            steps: [
                .launched, .leave(.stayDown, tell: true), .leave(.end, tell: false),
                .healed(start: false), .exited(.note),
            ], end: .ended),
        Transcript(
            testDescription: "the end of the run finds it down",
            steps: [
                .launched, .leave(.stayDown, tell: true), .exited(.note),
                .leave(.end, tell: false), .healed(start: false), .ready(news: false),
            ], end: .ended),
        Transcript(
            testDescription: "the end of the run comes before it was started",
            steps: [.leave(.end, tell: false)], end: .ended),
    ]

    @Test(arguments: transcripts)
    func `each fact brings about what is written beside it`(transcript: Transcript) {
        var life = ProcessLife(policy: transcript.policy)
        for (number, step) in transcript.steps.enumerated() {
            switch step {
            case .launched:
                let before = life.incarnation
                life.launched()
                #expect(life.incarnation == before + 1)
            case .ready(let news): #expect(life.becameReady() == news, "step \(number)")
            case .leave(let next, let tell):
                #expect(life.leaveOrdered(then: next) == tell, "step \(number)")
            case .healed(let start): #expect(life.healed() == start, "step \(number)")
            case .exited(let succeeded, let decision):
                #expect(life.exited(succeeded: succeeded) == decision, "step \(number)")
            }
        }
        #expect(life.state == transcript.end)
    }

    @Test func `it is alive from its start to its exit`() {
        var life = ProcessLife(policy: .never)
        #expect(!life.isAlive)
        life.launched()
        #expect(life.isAlive)
        _ = life.becameReady()
        #expect(life.isAlive)
        _ = life.leaveOrdered(then: .stayDown)
        #expect(life.isAlive)
        _ = life.exited(succeeded: false)
        #expect(!life.isAlive)
    }

    @Test(arguments: [
        (ProcessLife.OnExit.note, true), (.launch(afterFailure: false), true),
        (.launch(afterFailure: true), false), (.reportFailure, false),
    ])
    func `an exit was ordered or was not`(decision: ProcessLife.OnExit, ordered: Bool) {
        #expect(decision.wasOrdered == ordered)
    }

    @Test func `what cannot happen traps`() async {
        await #expect(processExitsWith: .failure) {
            var life = ProcessLife(policy: .never)
            life.launched()
            life.launched()
        }
        await #expect(processExitsWith: .failure) {
            var life = ProcessLife(policy: .never)
            _ = life.becameReady()
        }
        await #expect(processExitsWith: .failure) {
            var life = ProcessLife(policy: .never)
            _ = life.exited(succeeded: true)
        }
        await #expect(processExitsWith: .failure) {
            var life = ProcessLife(policy: .never)
            life.launched()
            _ = life.healed()
        }
        await #expect(processExitsWith: .failure) {
            var life = ProcessLife(policy: .never)
            _ = life.leaveOrdered(then: .stayDown)
            life.launched()
        }
    }
}
