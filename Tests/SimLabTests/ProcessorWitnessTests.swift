import CommyBase
import CommyLinux
import Foundation
import Synchronization
import Testing

@testable import SimLab

struct ProcessorWitnessTests {
    @Test func `the first look has nothing to compare with`() {
        var witness = ProcessorWitness()
        #expect(witness.look(at: [getpid()], now: 1) == ProcessorWitness.Finding())
    }

    @Test func `processes that are gone are passed over`() {
        var witness = ProcessorWitness()
        let nothing = ProcessorWitness.Finding()
        #expect(witness.look(at: [0, Int32.max], now: 1) == nothing)
        #expect(witness.look(at: [0, Int32.max], now: 1_000_000) == nothing)
    }

    /// It does not belong to the run: who waits for it does not wait for its own work.
    @Test func `programs that wait behind another run of the harness are disturbed`() throws {
        let count = ProcessInfo.processInfo.activeProcessorCount
        let programs = try (0..<count).map { _ in try Self.endlessProgram() }
        defer {
            // Other tests of this process block SIGTERM, and children inherit that.
            for program in programs { kill(program.processIdentifier, SIGKILL) }
        }
        let order = Order()
        let threads = try (0..<count).map { _ in
            try WorkerThread(name: "scenario-none") { while !order.isOver.withLock({ $0 }) {} }
        }
        defer {
            order.isOver.withLock { $0 = true }
            for thread in threads { thread.join() }
        }
        var witness = ProcessorWitness()
        let clock = MonotonicClock()
        let roots = programs.map(\.processIdentifier)
        _ = witness.look(at: roots, now: clock.now.nanoseconds)
        // Many slices of any scheduler, so that it has shared the processors out.
        let end = clock.now + .milliseconds(500)
        while clock.now < end {}
        let found = witness.look(at: roots, now: clock.now.nanoseconds)
        #expect(found.haveWaited)
        #expect((found.disturbed ?? 0) >= 500_000_000)
    }

    private final class Order: Sendable {
        let isOver = Mutex(false)
    }

    private static func endlessProgram() throws -> Process {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", "while :; do :; done"]
        try process.run()
        return process
    }
}
