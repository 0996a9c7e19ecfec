import Foundation

/// Prints what a test measured, when asked to: `COMMY_FIGURES=1 swift test`.
enum Figures {
    static let isWanted = ProcessInfo.processInfo.environment["COMMY_FIGURES"] != nil

    /// `COMMY_SOAK=1`: more seeds and larger meshes than every change can afford.
    static let isSoak = ProcessInfo.processInfo.environment["COMMY_SOAK"] != nil

    static func report(_ what: String, _ values: [Duration]) {
        let sorted = values.sorted()
        guard let last = sorted.last else { return }
        func share(_ percent: Int) -> Duration {
            sorted[min(sorted.count - 1, sorted.count * percent / 100)]
        }
        report(what, "p50 \(share(50)) p99 \(share(99)) max \(last) of \(sorted.count)")
    }

    static func report(_ what: String, _ text: String) {
        if isWanted { print("\(what): \(text)") }
    }
}
