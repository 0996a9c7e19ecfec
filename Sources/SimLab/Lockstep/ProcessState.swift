internal import Foundation

/// What the kernel says that a process is doing, for messages about programs that break the
/// contract.
struct ProcessState {
    let words: String

    init(of pid: Int32) {
        let status = Self.text("status", of: pid).split(separator: "\n")
        func field(_ name: String) -> String? {
            status.first { $0.hasPrefix(name + ":") }.map {
                $0.dropFirst(name.count + 1).split(separator: "\t").joined(separator: " ")
                    .trimmingCharacters(in: .whitespaces)
            }
        }
        guard let state = field("State") else {
            words = "it has ended"
            return
        }
        let threads = field("Threads") ?? "?"
        let call = Self.text("syscall", of: pid).split(separator: " ").first.map(String.init) ?? "?"
        let place = Self.text("wchan", of: pid)
        switch state.first {
        case "R": words = "it runs without pause (\(threads) threads)"
        default:
            words =
                "it waits in the kernel (state \(state), system call \(call)"
                + (place.isEmpty || place == "0" ? "" : " in \(place)") + ", \(threads) threads)"
        }
    }

    /// The letter of its state in proc_pid_stat(5), which is behind the name in parentheses.
    static func letter(of pid: Int32) -> Character? {
        let text = text("stat", of: pid)
        guard let end = text.lastIndex(of: ")") else { return nil }
        return text[end...].dropFirst(2).first
    }

    /// A file of /proc about a process; empty when it cannot be read.
    static func text(_ name: String, of pid: Int32) -> String {
        let bytes = FileManager.default.contents(atPath: "/proc/\(pid)/\(name)") ?? Data()
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// Ports on which somebody listens in the network of a process.
enum ListeningPorts {
    static func contains(_ port: UInt16, of pid: Int32) -> Bool {
        ["tcp", "tcp6"].contains { table in
            ProcessState.text("net/\(table)", of: pid).split(separator: "\n").dropFirst()
                .contains { line in
                    let words = line.split(separator: " ")
                    // Column 1 is the local address, column 3 the state: 0A listens.
                    guard words.count > 3, words[3] == "0A" else { return false }
                    return UInt16(words[1].suffix(4), radix: 16) == port
                }
        }
    }
}
