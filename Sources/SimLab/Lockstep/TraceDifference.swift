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
    private static let newline = UInt8(ascii: "\n")

    /// Nil when the two are the same to the last byte.
    public init?(_ first: Data, _ second: Data) {
        guard first != second else { return nil }
        let (left, right) = ([UInt8](first), [UInt8](second))
        let length = min(left.count, right.count)
        var shared = 0
        var line = 1
        // Where the last lines begin, the present one among them.
        var begins = [0]
        while shared < length, left[shared] == right[shared] {
            if left[shared] == Self.newline {
                line += 1
                begins.append(shared + 1)
                if begins.count > Self.context + 1 { begins.removeFirst() }
            }
            shared += 1
        }
        lineNumber = line
        let begin = begins[begins.count - 1]
        common = Self.lines(left[begins[0]..<begin], begins.count)
        self.first = Self.lines(left[begin...], Self.context)
        self.second = Self.lines(right[begin...], Self.context)
    }

    /// The first `count` lines of some bytes.
    private static func lines(_ bytes: ArraySlice<UInt8>, _ count: Int) -> [String] {
        // A line of a trace is some hundreds of bytes; more than this is not looked at.
        bytes.prefix(count * 4_096).split(separator: newline).prefix(count)
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
