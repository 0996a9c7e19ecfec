internal import Foundation

/// Kills the harness with -9 at random instants of a run and looks for anything that it left:
/// processes, network namespaces, interfaces, mounts, files.
///
/// The harness is stopped first, so that what belongs to it can be written down while it holds
/// still.
struct KillCampaign {
    private let seed: UInt64
    private let products: Products
    /// How long the kernel may take to take everything down.
    private static let patience: TimeInterval = 15

    init(seed: UInt64) throws {
        self.seed = seed
        products = try Products()
    }

    func run(rounds: Int, tell: (String) -> Void) throws -> [String] {
        var random = SplitMix(state: seed)
        var failures: [String] = []
        var largestFamily = 0
        let before = Surroundings()
        for round in 1...rounds {
            // Half of the kills fall into the first 400 ms, where hosts are made; the others
            // anywhere.
            let span = round % 2 == 0 ? 400.0 : 4_000.0
            let milliseconds = Double(random.next() % 10_000) / 10_000 * span
            let (size, left) = try killOne(after: milliseconds)
            largestFamily = max(largestFamily, size)
            failures += left.map { "round \(round), killed after \(Int(milliseconds)) ms: \($0)" }
            if round % 10 == 0 { tell("\(round) of \(rounds) killed, \(failures.count) failures") }
        }
        failures += Surroundings().added(to: before)
        // Harness, janitor, five hosts and their servers: fewer, and the kills proved nothing.
        if largestFamily < 10 { failures.append("no round had its hosts and programs running") }
        return failures
    }

    /// One run and its end: how many processes it had, and what is left of it.
    private func killOne(after milliseconds: Double) throws -> (size: Int, left: [String]) {
        let reports = NSTemporaryDirectory() + "commy-kill-\(UInt32.random(in: 0 ... .max))"
        defer { try? FileManager.default.removeItem(atPath: reports) }
        let harness = try products.startScenario(
            "Scenarios/failover/crash-behind-a-load-balancer.yaml", reports: reports)
        Thread.sleep(forTimeInterval: milliseconds / 1_000)
        kill(harness.processIdentifier, SIGSTOP)
        let table = ProcessTable()
        let family = table.family(of: harness.processIdentifier)
        let own = ProcessTable().entries.first { $0.pid == getpid() }?.network
        let networks = Set(family.compactMap(\.network)).subtracting([own].compactMap { $0 })
        kill(harness.processIdentifier, SIGKILL)
        harness.waitUntilExit()
        let left = waitUntilGone(family, networks: networks, reports: reports)
        return (family.count, left)
    }

    private func waitUntilGone(
        _ family: [ProcessTable.Entry], networks: Set<String>, reports: String
    ) -> [String] {
        let deadline = Date().addingTimeInterval(Self.patience)
        var left: [String] = []
        repeat {
            let now = ProcessTable().entries
            left = now.filter { entry in
                family.contains { $0.pid == entry.pid && $0.started == entry.started }
                    || entry.network.map(networks.contains) == true
            }.map { "process \($0.name) (\($0.pid)) is still there" }
            let files = (try? FileManager.default.contentsOfDirectory(atPath: reports)) ?? []
            left += files.map { "file \($0) is still there" }
            if left.isEmpty { return [] }
            Thread.sleep(forTimeInterval: 0.02)
        } while Date() < deadline
        return left
    }
}

/// What of the machine a harness could have changed.
private struct Surroundings {
    private let items: [String]

    init() {
        var items: [String] = []
        let mounts = (try? String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8)) ?? ""
        // The mount's number, parent and device change when others mount; root, place and kind
        // tell.
        items += mounts.split(separator: "\n").map { line in
            "mount " + line.split(separator: " ").dropFirst(3).prefix(2).joined(separator: " ")
        }
        for directory in ["/sys/class/net", "/dev/shm", "/run", "/run/netns"] {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
            items += names.map { "\(directory)/\($0)" }
        }
        self.items = items
    }

    func added(to before: Surroundings) -> [String] {
        items.filter { !before.items.contains($0) }.map { "\($0) is new on the machine" }
    }
}

/// SplitMix64: a campaign is repeated by its seed.
struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
