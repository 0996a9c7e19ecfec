import CommyBase
import CommyLinux
import CommyMesh
import CommyReactor
import Foundation
import Testing

@testable import CommyNode

/// How a node's one thread is shared between its connections.
struct RuntimeTurnTests {
    /// A node without peers in a folder of its own.
    private static func withRuntime(
        _ body: (inout NodeRuntime) throws -> Void
    ) throws {
        let folder = NSTemporaryDirectory() + "commy-turn-\(UInt32.random(in: 0 ... .max))"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var settings = NodeSettings()
        settings.name = NodeName("web")
        settings.runDirectory = folder
        let clock = try LoopClock.ofThisProcess(originNanoseconds: 0)
        let mesh = try DevelopmentMesh(settings, at: clock.wallClock)
        var runtime = try NodeRuntime(mesh.settings, clock: clock)
        try mesh.enter(&runtime)
        _ = runtime.drain()
        try body(&runtime)
    }

    /// HELLO of a program, then so many CREDITs of one byte.
    private static func bytes(credits: Int) -> [UInt8] {
        let client = SessionClient(
            SessionConfiguration(random: RandomKey(seed: 1), build: "test"), at: .zero)
        var bytes = client.withOutgoing { span in
            unsafe span.withUnsafeBytes { unsafe Array($0) }
        }
        for _ in 0..<credits { bytes += [4, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0] }
        return bytes
    }

    private static func send(_ bytes: [UInt8], _ socket: borrowing UnixSocket) throws -> Int {
        try unsafe bytes.withUnsafeBytes { try unsafe socket.send($0) ?? 0 }
    }

    /// The connection of the only program.
    private static func program(_ runtime: inout NodeRuntime) throws -> Slot {
        runtime.acceptPrograms()
        return try #require(runtime.places.compactMap(\.self).first)
    }

    @Test func `who has more than a turn goes on after the others`() throws {
        try Self.withRuntime { runtime in
            let socket = try UnixSocket(connectingTo: runtime.socketPath)
            let slot = try Self.program(&runtime)
            let sent = try Self.send(Self.bytes(credits: 9_000), socket)
            try #require(sent > 2 * NodeRuntime.bufferBytes, "the kernel takes too little")
            runtime.turn = 1
            runtime.serve(slot, .readable)
            #expect(runtime.unfinished == [slot])
            // It is reported again, and has its turn all the same when the others have had theirs.
            runtime.serve(slot, .readable)
            #expect(runtime.unfinished == [slot])
            var turns = 0
            while !runtime.unfinished.isEmpty {
                runtime.goOn()
                turns += 1
            }
            #expect(turns == sent / NodeRuntime.bufferBytes)
            let isThere = runtime.connections.contains(slot)
            #expect(isThere)
        }
    }

    @Test func `a connection that is gone has no turn any more`() throws {
        try Self.withRuntime { runtime in
            let socket = try UnixSocket(connectingTo: runtime.socketPath)
            let slot = try Self.program(&runtime)
            // A frame kind that is none ends the session.
            let noise = [UInt8](repeating: 0xff, count: 2 * NodeRuntime.bufferBytes)
            _ = try Self.send(noise, socket)
            runtime.turn = 1
            runtime.serve(slot, .readable)
            _ = runtime.drain()
            while !runtime.unfinished.isEmpty { runtime.goOn() }
            let isThere = runtime.connections.contains(slot)
            #expect(!isThere)
        }
    }
}
