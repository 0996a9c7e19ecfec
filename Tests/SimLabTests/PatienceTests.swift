import CommyBase
import Foundation
import Testing

@testable import SimLab

struct PatienceTests {
    private static let limit: Int64 = 400_000_000
    private static let spin = "while :; do :; done"

    /// Starts a shell command that goes on for ever, and ends it behind the body.
    private static func with(
        _ words: [String], _ body: (Int32) throws -> Void
    ) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = words
        try process.run()
        // SIGTERM may be blocked in what a test starts.
        defer {
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
        try body(process.processIdentifier)
    }

    private static func instant(_ nanoseconds: Int64) -> MeshInstant {
        MeshInstant(nanoseconds: nanoseconds)
    }

    @Test func `who waits has had its time when the limit is over`() throws {
        try Self.with(["sleep", "1000"]) { pid in
            let patience = Patience(with: pid, limit: Self.limit, from: .zero)
            // Until it is what it was started as.
            while ProcessState.letter(of: pid) != "S" {}
            #expect(patience.judge(at: Self.instant(Self.limit - 1)) == .waits)
            #expect(patience.judge(at: Self.instant(Self.limit)) == .isOver)
        }
    }

    @Test func `who spins has had its time when it ran for half of it`() throws {
        try Self.with(["sh", "-c", Self.spin]) { pid in
            let patience = Patience(with: pid, limit: Self.limit, from: .zero)
            while patience.judge(at: Self.instant(Self.limit)) != .isOver {}
        }
    }

    @Test func `who gets no processor has more time, and an end of it`() throws {
        try Self.with(["taskset", "-c", "0", "sh", "-c", Self.spin]) { _ in
            // Of the idle class, beside a busy program of the same session: a thousandth is left.
            try Self.with(["taskset", "-c", "0", "chrt", "-i", "0", "sh", "-c", Self.spin]) { pid in
                while ProcessState.text("comm", of: pid) != "sh\n" {}
                let patience = Patience(with: pid, limit: Self.limit, from: .zero)
                #expect(patience.judge(at: Self.instant(Self.limit)) == .waits)
                #expect(patience.judge(at: Self.instant(Self.limit * 6)) == .isStarved)
                let words = patience.starvation(of: "echo@web", at: Self.instant(Self.limit * 6))
                #expect(words.description.hasPrefix("the machine let echo@web run for "))
            }
        }
    }
}
