internal import CommyLinux
internal import Foundation

/// The directory of one run's report, built out of sight and put in place in one step.
///
/// Until `publish()` it lies under a hidden name that the janitor removes if the harness dies.
final class ReportDirectory {
    /// Where it is while it is being written; absolute.
    let path: String
    private let root: String
    private let name: String
    private let janitor: Janitor
    private var isPublished = false

    /// `root` is made when it does not exist; `name` is the final name in it.
    init(root: String, name: String, janitor: Janitor) throws {
        self.root = URL(fileURLWithPath: root).standardizedFileURL.path
        self.name = name
        self.janitor = janitor
        let stamp = "\(ProcessInfo.processInfo.processIdentifier)-\(UInt32.random(in: 0 ... .max))"
        path = "\(self.root)/.unfinished-\(stamp)"
        do {
            try FileManager.default.createDirectory(
                atPath: self.root, withIntermediateDirectories: true)
            try janitor.watch(path)
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: false)
        } catch {
            throw LabError(
                "cannot write reports below \(self.root): \(error)",
                cure: "give a writable directory with --report DIR")
        }
    }

    /// Opens a new file in it for writing.
    func createFile(_ name: String) throws(SystemError) -> FileDescriptor {
        // O_WRONLY | O_CREAT | O_TRUNC
        try FileDescriptor.open("\(path)/\(name)", flags: 0o1 | 0o100 | 0o1000)
    }

    func write(_ name: String, _ content: String) throws {
        let target = "\(path)/\(name)"
        let parent = URL(fileURLWithPath: target).deletingLastPathComponent().path
        try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
        try createFile(name).writeAll(Array(content.utf8))
    }

    /// Puts the report in place of an older one of the same name and, when asked, points `latest`
    /// at it. Returns its path.
    func publish(asLatest: Bool) throws -> String {
        let final = "\(root)/\(name)"
        let files = FileManager.default
        let old = path + "-old"
        try janitor.watch(old)
        // Another run of the same scenario may publish between the two renames: then try again.
        for attempt in 1...5 {
            try? files.moveItem(atPath: final, toPath: old)
            do {
                try files.moveItem(atPath: path, toPath: final)
                break
            } catch  where attempt < 5 {
                try? files.removeItem(atPath: old)
            }
        }
        isPublished = true
        try? files.removeItem(atPath: old)
        if asLatest { try pointLatestHere() }
        try janitor.release(path)
        try janitor.release(old)
        return final
    }

    private func pointLatestHere() throws {
        let link = path + "-latest"
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: name)
        guard unsafe rename(link, "\(root)/latest") == 0 else {
            try? FileManager.default.removeItem(atPath: link)
            throw LabError("cannot replace \(root)/latest", cure: "remove it; it must be a link")
        }
    }

    deinit {
        if !isPublished { try? FileManager.default.removeItem(atPath: path) }
    }
}
