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
        // The bytes move into the line and back; nothing is copied.
        var line = Line(pending)
        pending = []
        line.begin(kind, at: instant)
        fields(&line)
        line.end()
        pending = line.takeBytes()
        lineCount += 1
        if pending.count >= Self.flushThreshold { flush() }
    }

    /// An event of the run's log, without what differs from run to run; some do not count at all.
    /// `line` is the event as the log has it.
    func add(_ event: RunEvent, _ line: [UInt8]) {
        switch event.repeatable {
        case .never: return
        case .asItIs: pending += line
        case .instead(let same):
            guard let other = try? encoder.encode(same) else { return }
            pending += other
            pending.append(0x0a)
        }
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

    /// One line under construction, behind those that wait to be written.
    struct Line: ~Copyable {
        private var bytes: [UInt8]

        fileprivate init(_ bytes: consuming [UInt8]) { self.bytes = bytes }

        fileprivate mutating func takeBytes() -> [UInt8] {
            defer { bytes = [] }
            return bytes
        }

        fileprivate mutating func begin(_ kind: StaticString, at instant: MeshInstant) {
            append("{\"at_ns\":")
            append(decimal: instant.nanoseconds)
            append(",\"event\":\"")
            append(kind)
            bytes.append(0x22)
        }

        fileprivate mutating func end() {
            bytes.append(0x7d)
            bytes.append(0x0a)
        }

        mutating func set(_ name: StaticString, _ text: String) {
            key(name)
            bytes.append(0x22)
            for byte in text.utf8 {
                switch byte {
                case 0x22, 0x5c:
                    bytes.append(0x5c)
                    bytes.append(byte)
                case 0..<0x20:
                    append("\\u00")
                    bytes.append(Self.digit(byte >> 4))
                    bytes.append(Self.digit(byte & 15))
                case _: bytes.append(byte)
                }
            }
            bytes.append(0x22)
        }

        mutating func set(_ name: StaticString, _ number: Int64) {
            key(name)
            append(decimal: number)
        }

        /// As a text of hexadecimal digits: JSON's numbers do not hold 64 bits everywhere.
        mutating func set(_ name: StaticString, hexadecimal number: UInt64) {
            key(name)
            bytes.append(0x22)
            var shift = max(0, (63 - number.leadingZeroBitCount) & ~3)
            while shift >= 0 {
                bytes.append(Self.digit(UInt8(truncatingIfNeeded: number >> UInt64(shift)) & 15))
                shift -= 4
            }
            bytes.append(0x22)
        }

        private mutating func key(_ name: StaticString) {
            append(",\"")
            append(name)
            append("\":")
        }

        private mutating func append(_ text: StaticString) {
            text.withUTF8Buffer { unsafe bytes.append(contentsOf: $0) }
        }

        private mutating func append(decimal number: Int64) {
            if number < 0 { bytes.append(0x2d) }
            append(digitsOf: number.magnitude)
        }

        private mutating func append(digitsOf number: UInt64) {
            if number >= 10 { append(digitsOf: number / 10) }
            bytes.append(0x30 + UInt8(number % 10))
        }

        private static func digit(_ value: UInt8) -> UInt8 {
            value < 10 ? 0x30 + value : 0x57 + value
        }
    }
}
