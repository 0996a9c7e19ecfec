import CLinux
import CommyBase
import CommyLinux
import Glibc
import SimModel
import Testing

@testable import SimLab

/// The fabric's thread between real TUN devices of two hosts.
@Suite(.serialized)
struct FabricTests {
    /// A datagram socket on each host, connected to the other.
    private struct Sockets {
        let first: FileDescriptorNumber
        let second: FileDescriptorNumber

        init(_ pair: (FileDescriptorNumber, FileDescriptorNumber)) { (first, second) = pair }

        func send(_ text: String) throws {
            let bytes = Array(text.utf8)
            _ = try checked(
                unsafe bytes.withUnsafeBytes {
                    unsafe clinux_write(first.raw, $0.baseAddress!, $0.count)
                }, "send")
        }

        /// The next datagram on the second host; nil when none comes within the time-out.
        func receive() throws -> String? {
            var bytes = [UInt8](repeating: 0, count: 2_048)
            let count = unsafe bytes.withUnsafeMutableBytes {
                unsafe clinux_read(second.raw, $0.baseAddress!, $0.count)
            }
            if count == -Int(EAGAIN) { return nil }
            return String(decoding: bytes[..<(try checked(count, "receive"))], as: UTF8.self)
        }

        func close() {
            MeasuringSocket.close(first)
            MeasuringSocket.close(second)
        }
    }

    private func withHosts(
        offload: Bool = false, _ body: (TwoHosts, Sockets) throws -> Void
    ) throws -> LinkTotals {
        let hosts = try TwoHosts(offload: offload, withVeth: false)
        let sockets = Sockets(try hosts.datagramSockets(.fabric, port: 7_100))
        defer {
            sockets.close()
            hosts.leave()
        }
        try body(hosts, sockets)
        let totals = hosts.fabric.stop()
        #expect(totals.lostBeforeModel == 0)
        return try #require(totals.links.first { $0.link == "a>b" })
    }

    private func set(_ hosts: TwoHosts, _ change: (inout LinkConditions) -> Void) throws {
        var conditions = LinkConditions()
        change(&conditions)
        let selection = try hosts.fabric.select(
            .between(.node("a"), .node("b")), forCut: false)
        #expect(selection.links.map(\.name).sorted() == ["a>b", "b>a"])
        for link in selection.links { hosts.fabric.setConditions(conditions, of: link.index) }
        // An answer says that what was sent before it has been done.
        _ = try hosts.fabric.inspect()
    }

    /// Asks until the fabric has seen what was sent; each question is a turn of its loop.
    private func wait(
        _ hosts: TwoHosts, pairs: [HostPair] = [], until isSeen: (FabricSnapshot) -> Bool
    ) throws {
        for _ in 0..<100_000 {
            if try isSeen(hosts.fabric.inspect(pairs: pairs)) { return }
        }
        Issue.record("the fabric has not seen what was sent")
    }

    private func changed(_ snapshot: FabricSnapshot) -> UInt64 {
        snapshot.changedByFault.reduce(0, +)
    }

    private func dropped(_ totals: LinkTotals) -> [String: UInt64] {
        Dictionary(uniqueKeysWithValues: totals.dropped.map { ($0.reason, $0.count) })
    }

    @Test(arguments: [false, true])
    func `a cut link delivers nothing until it is healed`(offload: Bool) throws {
        let totals = try withHosts(offload: offload) { hosts, sockets in
            try sockets.send("before")
            #expect(try sockets.receive() == "before")
            try set(hosts) { $0.isCut = true }
            for number in 0..<3 { try sockets.send("during \(number)") }
            try wait(hosts) { changed($0) == 3 }
            try set(hosts) { _ in }
            try sockets.send("after")
            #expect(try sockets.receive() == "after")
        }
        #expect(totals.packets == 5 && totals.delivered == 2)
        #expect(dropped(totals) == ["cut": 3])
    }

    @Test func `a partition stops one direction of one pair until it is lifted`() throws {
        let pair = HostPair(source: HostIndex(0), destination: HostIndex(1))
        let totals = try withHosts { hosts, sockets in
            hosts.fabric.block([pair], of: nil)
            _ = try hosts.fabric.inspect()
            try sockets.send("during")
            try wait(hosts, pairs: [pair]) { $0.partitioned == 1 }
            hosts.fabric.unblock([pair], of: nil)
            _ = try hosts.fabric.inspect()
            try sockets.send("after")
            #expect(try sockets.receive() == "after")
        }
        #expect(totals.packets == 2 && totals.delivered == 1)
        #expect(dropped(totals) == ["partitioned": 1])
    }

    @Test(arguments: [false, true])
    func `a corrupted datagram does not pass its checksum`(offload: Bool) throws {
        let totals = try withHosts(offload: offload) { hosts, sockets in
            try set(hosts) { $0.corrupt = 1 }
            for number in 0..<20 { try sockets.send("corrupted \(number)") }
            try wait(hosts) { changed($0) == 20 }
            try set(hosts) { _ in }
            try sockets.send("whole")
            #expect(try sockets.receive() == "whole")
        }
        #expect(totals.corrupted == 20 && totals.delivered == 21)
    }

    @Test(arguments: [false, true])
    func `a duplicated datagram arrives twice`(offload: Bool) throws {
        let totals = try withHosts(offload: offload) { hosts, sockets in
            try set(hosts) { $0.duplicate = 1 }
            try sockets.send("twin")
            #expect(try sockets.receive() == "twin")
            #expect(try sockets.receive() == "twin")
            try set(hosts) { _ in }
            try sockets.send("single")
            try sockets.send("last")
            #expect(try sockets.receive() == "single")
            #expect(try sockets.receive() == "last")
        }
        #expect(totals.packets == 3 && totals.delivered == 4 && totals.duplicated == 1)
    }

    @Test func `a delayed datagram is under way and then arrives`() throws {
        let totals = try withHosts { hosts, sockets in
            try set(hosts) { $0.latency = .milliseconds(20) }
            let clock = MonotonicClock()
            try sockets.send("late")
            #expect(try sockets.receive() == "late")
            #expect(clock.now >= MeshInstant.zero + .milliseconds(20))
        }
        #expect(totals.delivered == 1)
    }

    @Test func `IPv6 datagrams take the same links`() throws {
        let totals = try withHosts { hosts, _ in
            let sockets = Sockets(
                (try socket6(hosts.first, host: 0), try socket6(hosts.second, host: 1)))
            defer { sockets.close() }
            try connect6(sockets.first, host: 1)
            try sockets.send("six")
            #expect(try sockets.receive() == "six")
            try set(hosts) { $0.isCut = true }
            try sockets.send("lost")
            try wait(hosts) { changed($0) == 1 }
            try set(hosts) { _ in }
            try sockets.send("six again")
            #expect(try sockets.receive() == "six again")
        }
        #expect(totals.packets == 3 && dropped(totals) == ["cut": 1])
    }

    /// Bytes of the bulk transfers.
    private static let bulkBytes = 3 << 20

    private static func bulkByte(_ position: Int) -> UInt8 {
        UInt8(truncatingIfNeeded: position &* 167 &+ position >> 9)
    }

    /// Sends `bulkBytes` over one connection and returns whether all arrived as they were sent.
    private func transfersIntact(_ hosts: TwoHosts) throws -> Bool {
        let (here, there) = TwoHosts.Way.fabric.addresses
        let listener = try MeasuringSocket.open(on: hosts.second, datagram: false)
        let sender = try MeasuringSocket.open(on: hosts.first, datagram: false)
        defer { MeasuringSocket.close(listener) }
        try MeasuringSocket.bind(listener, there, 7_101)
        _ = try checked(clinux_listen(listener.raw, 1), "listen")
        try MeasuringSocket.bind(sender, here, 0)
        try MeasuringSocket.connect(sender, there, 7_101)
        let receiver = FileDescriptor(owning: try checked(clinux_accept(listener.raw), "accept"))
        _ = try checked(clinux_set_timeout(receiver.raw, 10_000), "set a time-out")
        let sent = (0..<Self.bulkBytes).map(Self.bulkByte)
        let thread = try WorkerThread(name: "test-send") {
            _ = clinux_set_timeout(sender.raw, 10_000)
            let owner = FileDescriptor(owning: sender.raw)
            try? owner.writeAll(sent)
        }
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        while let count = try receiver.read(into: &buffer), count > 0 {
            received += buffer[..<count]
        }
        thread.join()
        return received == sent
    }

    struct Bulk: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var offload = true
        var isIdeal = false
        var impair: @Sendable (inout LinkConditions) -> Void = { _ in }
    }

    static let bulks: [Bulk] = [
        Bulk(testDescription: "packet by packet", offload: false, isIdeal: true),
        Bulk(testDescription: "whole super-packets", isIdeal: true),
        Bulk(
            testDescription: "whole super-packets with latency",
            impair: { $0.latency = .milliseconds(2) }),
        Bulk(testDescription: "segments with loss", impair: { $0.loss = .bernoulli(0.01) }),
        Bulk(testDescription: "segments with duplicates", impair: { $0.duplicate = 0.05 }),
        Bulk(testDescription: "segments with corruption", impair: { $0.corrupt = 0.005 }),
    ]

    @Test(arguments: bulks)
    func `a stream arrives as it was sent`(bulk: Bulk) throws {
        let totals = try withHosts(offload: bulk.offload) { hosts, _ in
            try set(hosts, bulk.impair)
            #expect(try transfersIntact(hosts))
        }
        // A super-packet counts as the 1,448-byte segments that it stands for.
        #expect(totals.packets >= UInt64(Self.bulkBytes / 1_448))
        #expect(totals.bytes >= UInt64(Self.bulkBytes))
        var conditions = LinkConditions()
        bulk.impair(&conditions)
        #expect((conditions.loss != .none) == (dropped(totals)["loss", default: 0] > 0))
        #expect((conditions.duplicate > 0) == (totals.duplicated > 0))
        #expect((conditions.corrupt > 0) == (totals.corrupted > 0))
    }
}

extension FabricTests {
    /// A UDP socket over IPv6, bound to the host's address and port 7102.
    private func socket6(_ sandbox: HostSandbox, host: Int) throws -> FileDescriptorNumber {
        let socket = try sandbox.makeSocket(family: AF_INET6, type: 2).release()
        _ = try checked(clinux_set_timeout(socket, 2_000), "set a time-out")
        var address = address6(host)
        let result = unsafe withUnsafePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(socket, $0, socklen_t(MemoryLayout<sockaddr_in6>.size))
            }
        }
        #expect(result == 0)
        return FileDescriptorNumber(raw: socket)
    }

    private func connect6(_ socket: FileDescriptorNumber, host: Int) throws {
        var address = address6(host)
        let result = unsafe withUnsafePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(socket.raw, $0, socklen_t(MemoryLayout<sockaddr_in6>.size))
            }
        }
        #expect(result == 0)
    }

    private func address6(_ host: Int) -> sockaddr_in6 {
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_port = UInt16(7_102).bigEndian
        unsafe withUnsafeMutableBytes(of: &address.sin6_addr) {
            unsafe $0.copyBytes(from: AddressPlan.bytes6(host: host))
        }
        return address
    }
}
