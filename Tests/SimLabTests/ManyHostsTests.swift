import Testing

@testable import SimLab

/// A run with as many hosts as the language allows, or nearly.
@Suite(.serialized)
struct ManyHostsTests {
    @Test func `two hundred hosts come up and go away`() throws {
        let figures = try HostBenchmark(counts: [10, 200]) { _ in }.run()
        #expect(
            figures.map(\.figure) == [
                "10 hosts up", "10 hosts gone", "200 hosts up", "200 hosts gone",
            ])
        for figure in figures { print("\(figure.figure): \(Int(figure.value)) \(figure.unit)") }
    }
}
