internal import CommyBase
internal import Glibc
internal import Testing

@Suite struct NetworkAddressTests {
    @Test(
        arguments: [
            ("0.0.0.0", .v4(0), "0.0.0.0:80"),
            ("127.0.0.1", .v4(0x7f00_0001), "127.0.0.1:80"),
            ("255.255.255.255", .v4(0xffff_ffff), "255.255.255.255:80"),
            ("10.77.0.2", .v4(0x0a4d_0002), "10.77.0.2:80"),
            ("::", .v6(high: 0, low: 0), "[::]:80"),
            ("::1", .v6(high: 0, low: 1), "[::1]:80"),
            ("fd00:0:0:0:0:0:0:2", .v6(high: 0xfd00_0000_0000_0000, low: 2), "[fd00::2]:80"),
            (
                "2001:DB8::a:0:0:1", .v6(high: 0x2001_0db8_0000_0000, low: 0x000a_0000_0000_0001),
                "[2001:db8::a:0:0:1]:80"
            ),
            ("::ffff:1.2.3.4", .v6(high: 0, low: 0xffff_0102_0304), "[::ffff:1.2.3.4]:80"),
        ] as [(String, NetworkAddress.Host, String)])
    func `a numeric address is read and written in its shortest form`(
        _ text: String, _ host: NetworkAddress.Host, _ written: String
    ) throws {
        let address = try #require(NetworkAddress(numeric: text, port: 80))
        #expect(address == NetworkAddress(host: host, port: 80))
        #expect(address.description == written)
        #expect(NetworkAddress(numeric: address.hostText, port: 80) == address)
    }

    @Test(arguments: [
        "", " ", "localhost", "1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.4 ",
        " 1.2.3.4", "1.2.3.4:80", "0x7f.0.0.1", "1.2.3.-4", ":", ":::", "1::2::3", "12345::",
        "g::", "[::1]", "fe80::1%lo", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "127.0.0.1\0",
        "\u{0661}.2.3.4", String(repeating: "1", count: 5000),
    ])
    func `anything else is refused`(_ text: String) {
        #expect(NetworkAddress(numeric: text, port: 80) == nil)
    }

    @Test(arguments: ["1.2.3.4:0", "[::1]:65535", "[fe80::a]:7391"])
    func `an address with its port is read as it is written`(_ text: String) throws {
        #expect(try #require(NetworkAddress(text)).description == text)
    }

    @Test(arguments: [
        "1.2.3.4", "1.2.3.4:", "1.2.3.4:65536", "::1:80", "[1.2.3.4]:80", "[::1]", ":80",
    ])
    func `an address without a port, or with a doubtful one, is refused`(_ text: String) {
        #expect(NetworkAddress(text) == nil)
    }

    @Test func `addresses are read as the C library reads them`() throws {
        var random = RandomStream(key: RandomKey(seed: 5))
        for _ in 0..<2_000 {
            // Few bits, so that runs of zeros are common.
            let groups = (0..<8).map { _ in
                UInt16(
                    truncatingIfNeeded: random.next() & random.next() & random.next()
                        & random.next())
            }
            let full = groups.map { String($0, radix: 16) }.joined(separator: ":")
            let address = try #require(NetworkAddress(numeric: full, port: 1))
            var theirs = in6_addr()
            #expect(unsafe inet_pton(AF_INET6, address.hostText, &theirs) == 1)
            let bytes = unsafe withUnsafeBytes(of: theirs) { unsafe Array($0) }
            #expect(bytes == groups.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] })
        }
    }
}
