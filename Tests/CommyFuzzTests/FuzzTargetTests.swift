import CommyFuzz
import CommyWire
import Foundation
import Testing

extension FuzzTarget {
    /// The inputs of Fixtures/wire-corpus.
    func corpus() throws -> [[UInt8]] {
        let path = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Fixtures/wire-corpus/\(name).hex")
        return try #require(FuzzTarget.inputs(ofCorpus: String(contentsOf: path, encoding: .utf8)))
    }
}

struct FuzzTargetTests {
    @Test(arguments: FuzzTarget.all)
    func `every input of the corpus is read as it should be`(_ target: FuzzTarget) throws {
        let corpus = try target.corpus()
        try #require(!corpus.isEmpty)
        for (line, bytes) in corpus.enumerated() {
            let finding = target.run(bytes)
            #expect(finding == nil, "\(target.name), input \(line)")
        }
    }

    @Test(arguments: FuzzTarget.all)
    func `the first thousand mutations find nothing`(_ target: FuzzTarget) throws {
        let mutator = FuzzMutator(seed: 1, target: target, corpus: try target.corpus())
        for number in 0..<UInt64(1_000) {
            let finding = target.run(mutator.input(number))
            #expect(finding == nil, "\(target.name), seed 1, input \(number)")
        }
    }

    @Test(arguments: FuzzTarget.all)
    func `seeds are read and a mutation is the same every time`(_ target: FuzzTarget) {
        for seed in target.seeds { #expect(target.run(seed) == nil) }
        let first = FuzzMutator(seed: 7, target: target, corpus: [])
        let second = FuzzMutator(seed: 7, target: target, corpus: [])
        for number in 0..<UInt64(50) { #expect(first.input(number) == second.input(number)) }
    }

    @Test func `a target that breaks its promise is found`() {
        let target = FuzzTarget.message(
            name: "broken", seeds: [UInt8(1)],
            decode: { bytes in bytes.byteCount == 0 ? 0 : 1 },
            encode: { value, writer in writer.u8(value) })
        let mutator = FuzzMutator(seed: 1, target: target, corpus: [])
        #expect((0..<UInt64(100)).contains { target.run(mutator.input($0)) != nil })
    }
}
