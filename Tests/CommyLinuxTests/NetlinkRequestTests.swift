import Testing

@testable import CommyLinux

struct NetlinkRequestTests {
    /// NLM_F_REQUEST | NLM_F_ACK, then the sequence number 1 and the port 0.
    private static let asked: [UInt8] = [5, 0, 1, 0, 0, 0, 0, 0, 0, 0]

    @Test func `a request begins with its length, type and flags`() {
        let request = NetlinkRequest(type: 16, flags: 0)
        #expect(request.finished() == [16, 0, 0, 0, 16, 0] + Self.asked)
        let create = NetlinkRequest(type: 20, flags: 0x600)
        #expect(Array(create.finished()[4..<8]) == [20, 0, 5, 6])
    }

    @Test(arguments: [true, false])
    func `a link header says up with its mask, or changes nothing`(up: Bool) {
        var request = NetlinkRequest(type: 16, flags: 0)
        request.appendLinkHeader(index: 0x102, up: up)
        let flag: [UInt8] = [up ? 1 : 0, 0, 0, 0]
        #expect(
            request.finished() == [32, 0, 0, 0, 16, 0] + Self.asked + [0, 0, 0, 0, 2, 1, 0, 0]
                + flag + flag)
    }

    @Test func `an address header is a family, a prefix, flags and an index`() {
        var request = NetlinkRequest(type: 20, flags: 0)
        request.appendAddressHeader(family: 10, prefixLength: 64, flags: 2, index: 3)
        #expect(Array(request.finished()[16...]) == [10, 64, 2, 0, 3, 0, 0, 0])
    }

    @Test(
        arguments: [
            ([], [4, 0, 7, 0]), ([9], [5, 0, 7, 0, 9, 0, 0, 0]),
            ([1, 2, 3, 4], [8, 0, 7, 0, 1, 2, 3, 4]),
            ([1, 2, 3, 4, 5], [9, 0, 7, 0, 1, 2, 3, 4, 5, 0, 0, 0]),
        ] as [([UInt8], [UInt8])])
    func `an attribute is padded and its length is not`(value: [UInt8], bytes: [UInt8]) {
        var request = NetlinkRequest(type: 16, flags: 0)
        request.appendAttribute(7, value)
        #expect(Array(request.finished()[16...]) == bytes)
        #expect(Int(request.finished()[0]) == 16 + bytes.count)
    }

    @Test func `nested attributes hold each other's whole length`() {
        var request = NetlinkRequest(type: 16, flags: 0)
        request.nest(18) { info in
            info.appendAttribute(1, [0x76, 0x65])
            info.nest(2) { $0.appendAttribute(4, UInt32(1_500)) }
        }
        request.appendAttribute(3, [0x61])
        #expect(
            Array(request.finished()[16...]) == [
                24, 0, 18, 0, 6, 0, 1, 0, 0x76, 0x65, 0, 0, 12, 0, 2, 0, 8, 0, 4, 0, 0xdc, 5, 0, 0,
                5, 0, 3, 0, 0x61, 0, 0, 0,
            ])
    }

    @Test func `a length beyond one byte is carried`() {
        var request = NetlinkRequest(type: 16, flags: 0)
        request.nest(1) { $0.appendAttribute(2, [UInt8](repeating: 7, count: 300)) }
        let bytes = request.finished()
        #expect(bytes.count == 324)
        #expect(Array(bytes[..<4]) == [0x44, 1, 0, 0])
        #expect(Array(bytes[16..<24]) == [0x34, 1, 1, 0, 0x30, 1, 2, 0])
    }
}
