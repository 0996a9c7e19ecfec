public import Foundation

/// Where two traces of the same scenario begin to differ.
public struct TraceDifference: Sendable, Equatable {
    /// Counted from 1.
    public let lineNumber: Int
    /// The last lines that both have.
    public let common: [String]
    /// The first line that only the first trace has, and those after it; empty when it has ended.
    public let first: [String]
    /// The same of the second trace.
    public let second: [String]

    /// Lines before and after the difference that are kept.
    private static let context = 3

    /// Nil when the two are the same to the last byte.
    public init?(_ first: Data, _ second: Data) {
        guard first != second else { return nil }
        let newline = UInt8(ascii: "\n")
        var shared = 0
        var line = 1
        var recent: [Int] = [0]
        let length = min(first.count, second.count)
        unsafe first.withUnsafeBytes { left in
            unsafe second.withUnsafeBytes { right in
                while shared < length, unsafe left[shared] == right[shared] {
                    if unsafe left[shared] == newline {
                        line += 1
                        recent.append(shared + 1)
                        if recent.count > Self.context + 1 { recent.removeFirst() }
                    }
                    shared += 1
                }
            }
        }
        lineNumber = line
        let begin = recent.last ?? 0
        common = Self.lines(first[recent[0]..<begin], recent.count)
        self.first = Self.lines(first[begin...], Self.context)
        self.second = Self.lines(second[begin...], Self.context)
    }

    /// The first `count` lines of some bytes.
    private static func lines(_ bytes: Data, _ count: Int) -> [String] {
        // A line of a trace is some hundreds of bytes; more than this is not looked at.
        bytes.prefix(count * 4_096).split(separator: UInt8(ascii: "\n")).prefix(count)
            .map { String(decoding: $0, as: UTF8.self) }
    }

    /// What a person reads.
    public var text: String {
        var lines = ["the traces differ from line \(lineNumber) on:"]
        lines += common.map { "    \($0)" }
        lines += first.isEmpty ? ["  < (the end)"] : first.map { "  < \($0)" }
        lines += second.isEmpty ? ["  > (the end)"] : second.map { "  > \($0)" }
        return lines.joined(separator: "\n")
    }
}
