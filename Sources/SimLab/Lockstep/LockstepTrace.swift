internal import CommyBase
internal import CommyLinux
internal import CommyTLS
internal import Foundation
internal import SimModel

/// The record of a lockstep run that repeats byte for byte: one line of JSON for each thing that
/// happened, and the hash of all lines.
///
/// Whatever differs from run to run (process ids, ephemeral ports, memory, the machine's time) is
/// left out or named by what is the same in each run.
final class LockstepTrace {
    static let fileName = "lockstep.jsonl"

    private let file: FileDescriptor
    private var pending: [UInt8] = []
    private var digest: SHA256? = SHA256()
    private(set) var lineCount: UInt64 = 0
    private(set) var problem: SystemError?
    private let encoder = Recorder.makeEncoder()

    /// Bytes that are gathered before they are written.
    private static let flushThreshold = 256 << 10

    init(_ file: consuming FileDescriptor) { self.file = file }

    /// A line that begins with the instant and the kind of what happened.
    func add(_ kind: StaticString, at instant: MeshInstant, _ fields: (inout Line) -> Void) {
        var line = Line()
        line.begin(kind, at: instant)
        fields(&line)
        line.end()
        pending += line.bytes
        lineCount += 1
        if pending.count >= Self.flushThreshold { flush() }
    }

    /// An event of the run's log, without what differs from run to run; some do not count at all.
    func add(_ event: RunEvent) {
        guard let same = event.repeatable, let line = try? encoder.encode(same) else { return }
        pending += line
        pending.append(0x0a)
        lineCount += 1
    }

    /// Writes what is there, and gives the hash of everything.
    func finish() -> String {
        flush()
        guard let digest = digest.take() else { return "" }
        return digest.finishedText()
    }

    func flush() {
        guard !pending.isEmpty else { return }
        digest?.update(pending)
        do throws(SystemError) {
            try file.writeAll(pending)
        } catch {
            problem = problem ?? error
        }
        pending.removeAll(keepingCapacity: true)
    }

    /// One line under construction.
    struct Line {
        private(set) var bytes: [UInt8] = []

        init() { bytes.reserveCapacity(160) }

        fileprivate mutating func begin(_ kind: StaticString, at instant: MeshInstant) {
            bytes += "{\"at_ns\":".utf8
            bytes += String(instant.nanoseconds).utf8
            bytes += ",\"event\":\"".utf8
            bytes += kind.description.utf8
            bytes.append(0x22)
        }

        fileprivate mutating func end() { bytes += "}\n".utf8 }

        mutating func set(_ name: StaticString, _ text: String) {
            key(name)
            bytes.append(0x22)
            for byte in text.utf8 {
                switch byte {
                case 0x22, 0x5c: bytes += [0x5c, byte]
                case 0..<0x20:
                    bytes += "\\u00".utf8 + [Self.digit(byte >> 4), Self.digit(byte & 15)]
                case _: bytes.append(byte)
                }
            }
            bytes.append(0x22)
        }

        mutating func set(_ name: StaticString, _ number: Int64) {
            key(name)
            bytes += String(number).utf8
        }

        private mutating func key(_ name: StaticString) {
            bytes += ",\"".utf8
            bytes += name.description.utf8
            bytes += "\":".utf8
        }

        private static func digit(_ value: UInt8) -> UInt8 {
            value < 10 ? 0x30 + value : 0x57 + value
        }
    }
}
