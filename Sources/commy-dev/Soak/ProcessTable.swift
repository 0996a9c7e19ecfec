internal import Foundation

/// What /proc says about the processes of the machine at one instant.
struct ProcessTable {
    struct Entry: Hashable {
        let pid: Int32
        let parent: Int32
        /// Start time in clock ticks: with the pid it names one process for ever.
        let started: UInt64
        /// The network namespace's number; nil when it may not be read or the process is a zombie.
        let network: String?
        let name: String
    }

    let entries: [Entry]

    init() {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        entries = names.compactMap { Int32($0) }.compactMap(Self.read)
    }

    /// The process and everything that descends from it.
    func family(of pid: Int32) -> [Entry] {
        var family: [Entry] = entries.filter { $0.pid == pid }
        var index = 0
        while index < family.count {
            family += entries.filter { $0.parent == family[index].pid }
            index += 1
        }
        return family
    }

    /// `pid (name) state ppid ... starttime`; the name may hold anything, so fields count from its
    /// end.
    private static func read(_ pid: Int32) -> Entry? {
        guard let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
            let open = text.firstIndex(of: "("), let close = text.lastIndex(of: ")")
        else { return nil }
        let fields = text[text.index(after: close)...].split(separator: " ")
        guard fields.count > 19, let parent = Int32(fields[1]), let started = UInt64(fields[19])
        else { return nil }
        let link = "/proc/\(pid)/ns/net"
        return Entry(
            pid: pid, parent: parent, started: started,
            network: try? FileManager.default.destinationOfSymbolicLink(atPath: link),
            name: String(text[text.index(after: open)..<close]))
    }
}
