import Foundation
import Testing

@testable import SimLab

struct ProcessorWitnessTests {
    @Test func `the first look has nothing to compare with`() {
        var witness = ProcessorWitness()
        #expect(witness.look(at: [getpid()], now: 1) == nil)
    }

    @Test func `processes that are gone are passed over`() {
        var witness = ProcessorWitness()
        #expect(witness.look(at: [0, Int32.max], now: 1) == nil)
        #expect(witness.look(at: [0, Int32.max], now: 1_000_000) == nil)
    }
}
