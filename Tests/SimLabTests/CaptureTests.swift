import CommyBase
import CommyLinux
import Foundation
import Testing

@testable import SimLab

struct CaptureTests {
    private static let packet: [UInt8] = (0..<61).map { UInt8($0) }

    private func append(
        _ packet: [UInt8], to writer: inout PcapngWriter, at nanoseconds: Int64 = 5,
        inbound: Bool = true, comment: String? = nil
    ) {
        unsafe packet.withUnsafeBytes {
            unsafe writer.append(
                packet: $0, interface: 0, epochNanoseconds: nanoseconds, inbound: inbound,
                comment: comment)
        }
    }

    @Test func `a file names itself, its interfaces and its resolution`() throws {
        var writer = PcapngWriter(interfaces: ["web>orders", "a"], snapBytes: 192)
        let file = try PcapngFile(writer.takeBytes())
        #expect(file.application == "commy sim")
        #expect(
            file.interfaces == [
                PcapngFile.Interface(
                    linkType: 101, snapBytes: 192, name: "web>orders", resolution: 9),
                PcapngFile.Interface(linkType: 101, snapBytes: 192, name: "a", resolution: 9),
            ])
    }

    @Test(arguments: [0, 1, 2, 3, 4, 59, 60, 61])
    func `packets of every length are read back`(count: Int) throws {
        var writer = PcapngWriter(interfaces: ["x"], snapBytes: 60)
        let bytes = Array(Self.packet[..<count])
        let instant: Int64 = 1_700_000_000_123_456_789
        append(bytes, to: &writer, at: instant, comment: String(repeating: "c", count: count))
        append(bytes, to: &writer, at: instant + 1, inbound: false)
        let file = try PcapngFile(writer.takeBytes())
        let first = PcapngFile.Packet(
            interface: 0, nanoseconds: instant, bytes: Array(bytes.prefix(60)),
            originalCount: count, isInbound: true, comment: String(repeating: "c", count: count))
        #expect(file.packets.first == first)
        let second = try #require(file.packets.last)
        #expect(second.nanoseconds == instant + 1 && second.isInbound == false)
        #expect(second.comment == nil)
    }

    @Test func `pieces that were taken one after the other make one file`() throws {
        var writer = PcapngWriter(interfaces: ["x"], snapBytes: 60)
        var bytes = writer.takeBytes()
        #expect(writer.pendingByteCount == 0)
        for _ in 0..<3 {
            append(Self.packet, to: &writer)
            #expect(writer.pendingByteCount > 0)
            bytes += writer.takeBytes()
        }
        #expect(try PcapngFile(bytes).packets.count == 3)
    }

    @Test(arguments: [
        ("web>orders-1", "web-to-orders-1.pcapng"), ("web", "web.pcapng"),
        ("eu/a>eu/b", "eu_a-to-eu_b.pcapng"),
    ])
    func `a file's name is safe in a shell`(name: String, file: String) {
        #expect(CaptureWriter.fileName(for: name) == file)
    }

    /// What lies in the files that `capture` leaves behind, by name.
    private func files(
        mode: CaptureMode, limit: Int = Capture.defaultFileLimit,
        _ fill: (inout Capture, MonotonicClock) -> Void
    ) throws -> [String: PcapngFile] {
        let directory = FileManager.default.temporaryDirectory.appending(
            path: "commy-capture-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: directory) }
        let writer = try CaptureWriter(directory: directory.path)
        let thread = try WorkerThread(name: "capture") { writer.run() }
        let clock = MonotonicClock()
        var capture = Capture(
            mode: mode, writer: writer, epochOffset: clock.wallClockOfOrigin, fileLimit: limit)
        fill(&capture, clock)
        capture.finish()
        writer.finish()
        thread.join()
        #expect(writer.trouble.problem == nil && writer.trouble.droppedBytes == 0)
        var found: [String: PcapngFile] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: directory.path) {
            found[name] = try PcapngFile(
                Array(Data(contentsOf: directory.appending(path: name))))
        }
        return found
    }

    @Test func `each subject has a file of its own with its packets in order`() throws {
        let found = try files(mode: .links) { capture, _ in
            for number in 0..<1_000 {
                unsafe Self.packet.withUnsafeBytes {
                    unsafe capture.add(
                        $0, subject: number % 2, name: number % 2 == 0 ? "a>b" : "b>a",
                        at: MeshInstant(nanoseconds: Int64(number)), inbound: true,
                        comment: "number \(number)")
                }
            }
        }
        #expect(found.keys.sorted() == ["a-to-b.pcapng", "b-to-a.pcapng"])
        let one = try #require(found["a-to-b.pcapng"])
        #expect(one.packets.map(\.comment) == (0..<500).map { "number \($0 * 2)" })
        let steps = zip(one.packets, one.packets.dropFirst()).map {
            $1.nanoseconds - $0.nanoseconds
        }
        #expect(steps.allSatisfy { $0 == 2 })
    }

    @Test func `a full file ends with a note and takes no more`() throws {
        let large = [UInt8](repeating: 1, count: Capture.snapBytes)
        let found = try files(mode: .hosts, limit: 200_000) { capture, _ in
            unsafe large.withUnsafeBytes { bytes in
                for _ in 0..<2_000 {
                    unsafe capture.add(
                        bytes, subject: 0, name: "a", at: .zero, inbound: true, comment: nil)
                }
            }
        }
        let packets = try #require(found["a.pcapng"]).packets
        #expect(packets.last?.comment == "the capture is full; it ends here")
        #expect(packets.count < 1_000 && packets.count > 700)
    }

    @Test func `a directory that is gone is trouble and not a crash`() throws {
        let writer = try CaptureWriter(directory: "/nonexistent")
        let thread = try WorkerThread(name: "capture") { writer.run() }
        writer.open(name: "a")
        writer.write([1, 2, 3], file: 0)
        writer.finish()
        thread.join()
        #expect(writer.trouble.problem?.name == "ENOENT")
    }

    @Test func `a disk that is too slow costs packets, never the file`() throws {
        let directory = FileManager.default.temporaryDirectory.appending(
            path: "commy-capture-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: directory) }
        let writer = try CaptureWriter(directory: directory.path, backlogLimit: 0)
        var encoder = PcapngWriter(interfaces: ["x"], snapBytes: 60)
        append(Self.packet, to: &encoder)
        writer.open(name: "x")
        writer.write(encoder.takeBytes(), file: 0)
        append(Self.packet, to: &encoder)
        let late = encoder.takeBytes()
        writer.write(late, file: 0)
        writer.finish()
        writer.run()
        #expect(writer.trouble.droppedBytes == late.count)
        let bytes = try Data(contentsOf: directory.appending(path: "x.pcapng"))
        #expect(try PcapngFile(Array(bytes)).packets.count == 1)
    }
}
