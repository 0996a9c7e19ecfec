import Glibc

/// The seeds that a person asks for: `COMMY_SEEDS=100-199 swift test --filter NodeFaultTests`.
enum SeedRange {
    /// Nil when nobody asks.
    static var chosen: [UInt64]? {
        guard let text = unsafe getenv("COMMY_SEEDS").map({ unsafe String(cString: $0) }) else {
            return nil
        }
        let ends = text.split(separator: "-").compactMap { UInt64($0) }
        guard ends.count == 2, ends[0] <= ends[1] else { return nil }
        return Array(ends[0]...ends[1])
    }
}
