internal import CommyLinux
internal import Testing

@Suite struct SocketAddressTests {
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
        ] as [(String, SocketAddress.Host, String)])
    func `a numeric address is read and written in its shortest form`(
        _ text: String, _ host: SocketAddress.Host, _ written: String
    ) throws {
        let address = try #require(SocketAddress(numeric: text, port: 80))
        #expect(address == SocketAddress(host: host, port: 80))
        #expect(address.description == written)
        #expect(SocketAddress(numeric: address.hostText, port: 80) == address)
    }

    @Test(arguments: [
        "", " ", "localhost", "1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.4 ",
        " 1.2.3.4", "1.2.3.4:80", "0x7f.0.0.1", "1.2.3.-4", ":", ":::", "1::2::3", "12345::",
        "g::", "[::1]", "fe80::1%lo", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "127.0.0.1\0",
        "\u{0661}.2.3.4", String(repeating: "1", count: 5000),
    ])
    func `anything else is refused`(_ text: String) {
        #expect(SocketAddress(numeric: text, port: 80) == nil)
    }
}
