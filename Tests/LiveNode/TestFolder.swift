internal import Foundation

/// A folder of a test, short enough for socket paths, gone with its last owner.
public final class TestFolder: Sendable {
    public let path: String

    public init() throws {
        path = "/tmp/commy-\(UInt32.random(in: 0 ... .max))"
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: false)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
