import CommyBase
import Testing

struct NetworkAddressTests {
    @Test(arguments: [
        "10.0.0.1:7400", "255.255.255.255:65535", "0.0.0.0:0", "[::]:1", "[::1]:7400",
        "[2001:db8::1]:7400", "[2001:db8:0:1:1:1:1:1]:80", "[1:0:0:2::3]:80", "[fe80::]:9",
    ])
    func `what is written is read again`(_ text: String) throws {
        let address = try #require(NetworkAddress(text))
        #expect(address.description == text)
    }

    @Test(arguments: [
        "", ":", "10.0.0.1", "10.0.0:1", "10.0.0.256:1", "10.0.0.01:1", "[10.0.0.1]:1", "::1:80",
        "[::1:80", "[1::2::3]:80", "[1:2:3:4:5:6:7:8:9]:80", "[12345::]:80", "10.0.0.1:65536",
        "10.0.0.1:-1", "10.0.0.1:+1", "localhost:80", "[1:2:3:4:5:6:7::8]:1",
    ])
    func `what is no address is refused`(_ text: String) {
        #expect(NetworkAddress(text) == nil)
    }
}
