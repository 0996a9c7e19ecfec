internal import CLinux
internal import Foundation

/// Second threads of a process that wait in the network, by what the kernel says.
///
/// A look at one instant: it finds threads that wait for the network, which is where such threads
/// nearly always are, in any program, also one that the preloaded library is not in. Where the
/// caller may not look it finds nothing.
struct NetworkThreads {
    /// What the first such thread does; nil when there is none.
    let words: String?

    init(of pid: Int32) {
        let tasks = "/proc/\(pid)/task"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: tasks)) ?? []
        // The usual case costs one directory.
        guard names.count > 1 else {
            words = nil
            return
        }
        let others = names.compactMap { Int32($0) }.filter { $0 != pid }.sorted()
        words = others.lazy.compactMap { Self.words(thread: $0, of: pid) }.first
    }

    private static func words(thread: Int32, of pid: Int32) -> String? {
        let text = ProcessState.text("task/\(thread)/syscall", of: pid)
        let words = text.split(separator: " ")
        // The number of the call, then its arguments in hexadecimal; "running" has none.
        guard words.count > 2, let number = Int(words[0]),
            let name = unsafe clinux_network_call(number),
            let descriptor = Int(words[1].dropFirst(2), radix: 16),
            isInternetSocket(descriptor, of: pid)
        else { return nil }
        return "has a second thread that uses the network: it waits in "
            + "\(unsafe String(cString: name)) on descriptor \(descriptor)"
    }

    private static func isInternetSocket(_ descriptor: Int, of pid: Int32) -> Bool {
        let link = "/proc/\(pid)/fd/\(descriptor)"
        guard let target = try? FileManager.default.destinationOfSymbolicLink(atPath: link),
            target.hasPrefix("socket:["), target.hasSuffix("]")
        else { return false }
        let inode = target.dropFirst("socket:[".count).dropLast()
        return ["tcp", "tcp6", "udp", "udp6", "raw", "raw6"].contains { table in
            ProcessState.text("net/\(table)", of: pid).split(separator: "\n").dropFirst()
                .contains { line in
                    let words = line.split(separator: " ")
                    return words.count > 9 && words[9] == inode
                }
        }
    }
}
