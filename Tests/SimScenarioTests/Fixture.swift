import Foundation
import SimScenario

/// Where the data of these tests lies, found through this file's own place.
enum Fixture {
    static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
    static let broken = root.appending(path: "Fixtures/broken-scenarios")
    static let good = root.appending(path: "Fixtures/good-scenarios")
    static let scenarios = root.appending(path: "Scenarios")

    /// True when golden files are written rather than compared.
    static let isUpdating = ProcessInfo.processInfo.environment["COMMY_UPDATE"] == "1"

    /// Names of the broken files, without `.yaml`, in order.
    static let brokenNames: [String] = {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: broken.path)) ?? []
        return files.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()
    }()

    /// Names of the good files, without `.yaml`, in order.
    static let goodNames: [String] = {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: good.path)) ?? []
        return files.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()
    }()

    /// Paths of the good files and of their parts.
    static let goodPaths: [String] = {
        let files = (try? FileManager.default.subpathsOfDirectory(atPath: good.path)) ?? []
        return files.filter { $0.hasSuffix(".yaml") }.sorted().map {
            good.appending(path: $0).path
        }
    }()

    /// Paths of all scenario files, relative to the root, in order.
    static let scenarioPaths: [String] = {
        let files = (try? FileManager.default.subpathsOfDirectory(atPath: scenarios.path)) ?? []
        return files.filter { $0.hasSuffix(".yaml") && !ScenarioReader.isPart(path: $0) }.sorted()
            .map { "Scenarios/\($0)" }
    }()

    static func text(_ url: URL) throws -> String {
        try String(contentsOf: url, encoding: .utf8)
    }
}
