import CommyBase
import CommyWire
import Foundation
import Testing

/// PROTOCOL.md shows bytes; they mean here what the page says that they mean.
struct ProtocolPageTests {
    @Test func `every frame of the page is the one that it is said to be`() throws {
        let blocks = try Self.blocks("frame")
        #expect(blocks.map(\.name) == Self.frames.map(\.name))
        for block in blocks {
            let expected = try #require(Self.frames.first { $0.name == block.name })
            var writer = ByteWriter()
            expected.frame.encode(
                stream: expected.stream, flags: expected.flags, into: &writer)
            #expect(block.bytes.hex == writer.bytes.hex, "\(block.name)")
            #expect(try FrameTests.frames(in: block.bytes).map(\.frame) == [expected.frame])
        }
    }

    @Test func `the page shows every kind of frame`() throws {
        let kinds = try Self.blocks("frame").map { try FrameTests.header($0.bytes).kind }
        #expect(Set(kinds) == Set(FrameKind.allCases))
    }

    @Test func `every payload of the page is the value that it is said to be`() throws {
        let blocks = try Self.blocks("payload")
        #expect(Set(blocks.map(\.name)) == Set(PayloadFormat.coded.map(\.description)))
        for block in blocks {
            let format = try #require(PayloadFormat.known.first { $0.description == block.name })
            let text = block.text.trimmingCharacters(in: .newlines)
            let bytes = format == .json ? Array(text.utf8) : block.bytes
            let written = try PayloadCodec.encode(Reading.example, as: format)
            #expect(written.hex == bytes.hex, "\(format)")
            #expect(try PayloadCodec.decode(Reading.self, from: bytes, as: format) == .example)
        }
    }

    @Test func `bounds and limits on the page are those in force`() throws {
        let lines = try Self.page().split(separator: "\n")
        for (name, value) in Self.limits {
            #expect(lines.contains { $0.hasPrefix("| \(name) | \(value) |") }, "\(name)")
        }
        for kind in FrameKind.allCases {
            let row = try #require(lines.first { $0.hasPrefix("| \(kind.rawValue) | ") })
            let cells = row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            #expect(cells[2] == "\(kind.place)", "\(kind)")
            #expect(cells[3] == "\(kind.leastPayload)", "\(kind)")
            #expect(cells[4] == "\(kind.mostPayload)", "\(kind)")
            #expect((cells.count > 5 && cells[5] == "end") == kind.allowedFlags.contains(.end))
        }
    }

    /// The type of the page's payloads.
    struct Reading: Codable, Equatable {
        var id: UInt16
        var name: String
        var temperature: Double?
        var flags: [Bool]

        static let example = Reading(id: 300, name: "roof", temperature: 21.5, flags: [true])
    }

    struct Example {
        let name: String
        let frame: Frame
        var stream = StreamID.link
        var flags: FrameFlags = []
    }

    private static let limits: [(name: String, value: Int)] = [
        ("frame payload", WireLimits.framePayload), ("OPEN payload", WireLimits.openPayload),
        ("HEAD payload", WireLimits.headPayload), ("HELLO payload", WireLimits.helloPayload),
        ("GOAWAY and RESET payload", WireLimits.errorPayload),
        ("error detail", WireLimits.errorDetail), ("method name", WireLimits.methodName),
        ("tracestate", WireLimits.traceState),
        ("tracestate members", WireLimits.traceStateMembers),
        ("metadata entries", WireLimits.metadataEntries),
        ("metadata value", WireLimits.metadataValue),
        ("metadata in all", WireLimits.metadataBytes), ("addresses", WireLimits.addresses),
        ("zone", WireLimits.zone), ("build", WireLimits.build), ("name", NameRule.byteLimit),
        ("link credit", Int(WireLimits.linkCredit)),
        ("stream credit", Int(WireLimits.streamCredit)),
        ("credit ceiling", Int(WireLimits.creditCeiling)),
    ]

    static let frames: [Example] = [
        Example(name: "hello", frame: .hello(HelloFrame(versions: 1...1, facts: facts("web", 7)))),
        Example(
            name: "hello ok", frame: .helloOK(HelloOKFrame(version: 1, facts: facts("db", 9)))),
        Example(
            name: "go away",
            frame: .goAway(
                GoAwayFrame(code: .peerShuttingDown, lastAccepted: StreamID(5), detail: "bye"))),
        Example(name: "ping", frame: .ping(ping)),
        Example(name: "pong", frame: .pong(PongFrame(ping))),
        Example(
            name: "credit", frame: .credit(CreditFrame(byteCount: 65_536)), stream: StreamID(1)),
        Example(name: "open", frame: .open(open), stream: StreamID(1)),
        Example(name: "head", frame: .head(HeadFrame(format: .json)), stream: StreamID(1)),
        Example(name: "data", frame: .data(Array("{}".utf8)), stream: StreamID(1), flags: .end),
        Example(name: "end", frame: .end, stream: StreamID(1)),
        Example(
            name: "reset", frame: .reset(ResetFrame(code: .draining, delivered: .no)),
            stream: StreamID(1)),
        Example(
            name: "control",
            frame: .control(ControlHead(request: 4, verb: .unwatch), body: [3, 0, 0, 0])),
        Example(
            name: "control reply",
            frame: .controlReply(ControlReplyHead(request: 4), body: [])),
        Example(name: "event", frame: .event(EventHead(watch: 3, sequence: 1), body: [4])),
        Example(name: "swim", frame: .swim([6, 1, 0, 0, 0, 0, 0, 0, 0])),
        Example(name: "catalog", frame: .catalog([3, 2, 0, 0, 0, 0, 0, 0, 0])),
        Example(name: "trust", frame: .trust([2, 3, 0, 0, 0, 0, 0, 0, 0])),
    ]

    private static let ping = PingFrame(sequence: 1, sentAt: MeshInstant(nanoseconds: 1_000))

    private static let open: OpenFrame = {
        guard let service = ServiceName("orders"), let method = MethodName("place"),
            let trace = TraceContext(
                traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
        else { preconditionFailure("an example breaks a rule") }
        return OpenFrame(
            service: service, method: method, remaining: .milliseconds(500),
            correlation: CorrelationID(high: 1, low: 2), trace: trace, format: .json,
            options: .idempotent)
    }()

    private static func facts(_ name: String, _ life: UInt64) -> HelloFacts {
        HelloFacts(
            role: .link, mesh: MeshName("shop"), node: NodeName(name), zone: "eu/a", life: life,
            addresses: [NetworkAddress(host: .v4(0x0a00_0001), port: 7_400)], build: "demo")
    }

    private static func page() throws -> String {
        let path = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Sources/CommyWire/PROTOCOL.md")
        return try String(contentsOf: path, encoding: .utf8)
    }

    /// Fenced blocks of this kind: bytes in hex, with comments behind `;`.
    private static func blocks(
        _ kind: String
    ) throws -> [(name: String, text: String, bytes: [UInt8])] {
        let parts = try page().components(separatedBy: "\n```")
        return try parts.filter { $0.hasPrefix("\(kind) ") }.map { block in
            let lines = block.split(separator: "\n", omittingEmptySubsequences: false)
            let name = String(lines[0].dropFirst(kind.count + 1))
            let hex = lines.dropFirst().map { String($0.prefix { $0 != ";" }) }
            let bytes = name == "json" ? [] : try #require([UInt8](hex: hex.joined()), "\(name)")
            return (name, lines.dropFirst().joined(separator: "\n"), bytes)
        }
    }
}
