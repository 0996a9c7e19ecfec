/// `--shard I/N`: every N-th scenario of the selection, from the I-th on.
///
/// By place and not by a hash of the name: shards then differ by at most one scenario, and nothing
/// is kept from one run of a shard to the next that a scenario which moves could lose.
struct Shard {
    let index: Int
    let count: Int

    init(_ text: String) throws {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 2, let index = parts[0], let count = parts[1], count >= 1,
            (1...count).contains(index)
        else {
            throw ToolError("--shard '\(text)' is not I/N with 1 <= I <= N, as in 2/3")
        }
        self.index = index
        self.count = count
    }

    func part<Element>(of all: [Element]) -> [Element] {
        all.enumerated().filter { $0.offset % count == index - 1 }.map(\.element)
    }
}
