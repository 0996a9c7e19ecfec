import Testing

@testable import SimLab

struct ReactorBenchmarkTests {
    /// A thousandth of the real loads: whether every way works, not how fast.
    @Test func `every way is measured, beside its peers`() throws {
        var steps: [String] = []
        let figures = try ReactorBenchmark(rounds: 1, share: 0.001) { steps.append($0) }.run()
        #expect(steps.count == 7)
        #expect(figures.allSatisfy { $0.value > 0 && $0.value.isFinite })
        let echoes = figures.filter { $0.figure.hasPrefix("TLS echo") }
        // Four loads by two figures, each beside three peers.
        #expect(echoes.count == 24)
        #expect(echoes.allSatisfy { ($0.peerValue ?? 0) > 0 })
        #expect(Set(echoes.compactMap(\.peer)).count == 3)
        #expect(figures.count { $0.figure.hasPrefix("timer") } == 2)
    }
}
