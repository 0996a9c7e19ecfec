import CommyLinux
import Foundation
import Testing

@testable import SimLab

@Suite(.serialized)
final class ReportDirectoryTests {
    private let root: String
    private let files = FileManager.default

    init() {
        root = files.temporaryDirectory.path + "/commy-reports-\(UUID().uuidString)"
    }

    deinit { try? FileManager.default.removeItem(atPath: root) }

    private func content(_ path: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
    }

    private var entries: [String] {
        ((try? files.contentsOfDirectory(atPath: root)) ?? []).sorted()
    }

    @Test func `nothing is seen until it is published`() throws {
        let report = try ReportDirectory(root: root, name: "run-1", janitor: Janitor())
        try report.write("summary.md", "first")
        try report.write("nodes/web.log", "line")
        #expect(entries.count == 1 && entries[0].hasPrefix("."))
        let path = try report.publish(asLatest: true)
        #expect(path == root + "/run-1")
        #expect(entries == ["latest", "run-1"])
        #expect(try content(path + "/nodes/web.log") == "line")
        #expect(try files.destinationOfSymbolicLink(atPath: root + "/latest") == "run-1")
        #expect(try content(root + "/latest/summary.md") == "first")
    }

    @Test func `a second report replaces the first and moves the link`() throws {
        let janitor = try Janitor()
        for (name, text) in [("run", "old"), ("other", "between"), ("run", "new")] {
            let report = try ReportDirectory(root: root, name: name, janitor: janitor)
            try report.write("summary.md", text)
            if text == "old" { try report.write("only-old", "") }
            _ = try report.publish(asLatest: true)
            #expect(try content(root + "/latest/summary.md") == text)
        }
        #expect(entries == ["latest", "other", "run"])
        #expect(try files.contentsOfDirectory(atPath: root + "/run") == ["summary.md"])
    }

    @Test func `a report that is dropped leaves nothing`() throws {
        let janitor = try Janitor()
        do {
            let report = try ReportDirectory(root: root, name: "run", janitor: janitor)
            try report.write("a/b", "c")
            #expect(entries.count == 1)
        }
        #expect(entries == [])
    }

    @Test func `a place that cannot be written says what to do`() {
        #expect {
            _ = try ReportDirectory(root: "/proc/none", name: "run", janitor: Janitor())
        } throws: { error in
            (error as? LabError)?.cure == "give a writable directory with --report DIR"
        }
    }

    @Test func `latest that is a directory is not removed`() throws {
        try files.createDirectory(
            atPath: root + "/latest/precious", withIntermediateDirectories: true)
        let report = try ReportDirectory(root: root, name: "run", janitor: Janitor())
        #expect(throws: LabError.self) { _ = try report.publish(asLatest: true) }
        #expect(entries == ["latest", "run"])
    }

    @Test func `more unfinished directories than the janitor can know are refused`() throws {
        let janitor = try Janitor()
        for number in 0..<64 { try janitor.watch("\(root)/\(number)") }
        #expect(throws: SystemError.self) { try janitor.watch("\(root)/one-too-many") }
        try janitor.release("\(root)/7")
        try janitor.watch("\(root)/again")
    }

    @Test func `the janitor removes what is unfinished when the conversation ends`() throws {
        try files.createDirectory(
            atPath: root + "/left/deep/deeper", withIntermediateDirectories: true)
        try files.createDirectory(atPath: root + "/done", withIntermediateDirectories: false)
        try files.createSymbolicLink(
            atPath: root + "/left/link", withDestinationPath: root + "/done")
        try files.createDirectory(atPath: root + "/done/kept", withIntermediateDirectories: false)
        var janitor: Janitor? = try Janitor()
        try janitor?.watch(root + "/left")
        try janitor?.watch(root + "/done")
        try janitor?.release(root + "/done")
        let watched = try #require(janitor).process.pidfd.raw
        let end = FileDescriptor(owning: try checked(dup(watched), "dup"))
        janitor = nil
        let hasEnded = try end.waitReadable(milliseconds: 10_000)
        #expect(hasEnded)
        #expect(entries == ["done"])
        #expect(try files.contentsOfDirectory(atPath: root + "/done") == ["kept"])
    }
}
