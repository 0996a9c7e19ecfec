import CommyBase
import CommyLinux
import Foundation
import Testing

@testable import SimLab

/// The lines of a trace are JSON, and its hash is that of the file.
@Suite struct LockstepTraceTests {
    private static func lines(_ write: (LockstepTrace) -> Void) throws -> (
        objects: [NSDictionary], text: String, hash: String
    ) {
        let path = NSTemporaryDirectory() + "commy-trace-\(UInt64.random(in: 0 ... .max))"
        defer { try? FileManager.default.removeItem(atPath: path) }
        // O_WRONLY | O_CREAT | O_TRUNC
        let trace = LockstepTrace(try FileDescriptor.open(path, flags: 0o1101))
        write(trace)
        let hash = trace.finish()
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let objects = try text.split(separator: "\n").map {
            try #require(
                try JSONSerialization.jsonObject(with: Data($0.utf8)) as? NSDictionary)
        }
        return (objects, text, hash)
    }

    @Test func `every text and number comes through`() throws {
        let texts = ["", "a\"b\\c", "tab\tbell\u{7}", "caf\u{e9} \u{1f44d}", "\u{1f}\u{0}"]
        let (objects, _, _) = try Self.lines { trace in
            for (index, text) in texts.enumerated() {
                trace.add("kind", at: MeshInstant(nanoseconds: Int64(index) - 2)) { line in
                    line.set("text", text)
                    line.set("least", Int64.min)
                    line.set("most", Int64.max)
                }
            }
        }
        #expect(objects.map { $0["text"] as? String } == texts)
        #expect(objects.map { ($0["at_ns"] as? NSNumber)?.int64Value } == [-2, -1, 0, 1, 2])
        #expect(objects.allSatisfy { ($0["least"] as? NSNumber)?.int64Value == .min })
        #expect(objects.allSatisfy { ($0["most"] as? NSNumber)?.int64Value == .max })
    }

    @Test(arguments: [0, 1, 9, 10, 15, 16, 255, 256, 0xf0f, 1 << 63, UInt64.max])
    func `a flow is written as the standard library writes hexadecimals`(_ flow: UInt64) throws {
        let (objects, _, _) = try Self.lines { trace in
            trace.add("kind", at: .zero) { $0.set("flow", hexadecimal: flow) }
        }
        #expect(objects.first?["flow"] as? String == String(flow, radix: 16))
    }

    @Test func `the hash is the one of all lines, however many there are`() throws {
        let (objects, text, hash) = try Self.lines { trace in
            for number in 0..<20_000 {
                trace.add("kind", at: .zero) { $0.set("number", Int64(number)) }
            }
        }
        #expect(objects.count == 20_000)
        let path = NSTemporaryDirectory() + "commy-trace-\(UInt64.random(in: 0 ... .max))"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        let sum = Process()
        sum.executableURL = URL(fileURLWithPath: "/usr/bin/sha256sum")
        sum.arguments = [path]
        let output = Pipe()
        sum.standardOutput = output
        try sum.run()
        let line = String(
            decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        sum.waitUntilExit()
        #expect(line.hasPrefix(hash) && hash.count == 64)
    }
}
