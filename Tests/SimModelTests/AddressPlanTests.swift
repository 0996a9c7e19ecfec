import SimModel
import Testing

struct AddressPlanTests {
    @Test(arguments: [
        (0, "10.77.0.1", "fd77::1"), (9, "10.77.0.10", "fd77::a"),
        (254, "10.77.0.255", "fd77::ff"), (255, "10.77.1.0", "fd77::100"),
        (64_999, "10.77.253.232", "fd77::fde8"),
    ])
    func `a host's number is the end of its addresses`(host: Int, text4: String, text6: String) {
        #expect(AddressPlan.text4(host: host) == text4)
        #expect(AddressPlan.text6(host: host) == text6)
    }

    @Test func `every address of the plan leads back to its host`() {
        let count = AddressPlan.hostLimit
        for host in 0..<count {
            let four = AddressPlan.bytes4(host: host).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            let six = AddressPlan.bytes6(host: host)
            let high = six[..<8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            let low = six[8...].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            guard AddressPlan.host(address4: four, hostCount: count) == host,
                AddressPlan.host(address6: high, low, hostCount: count) == host
            else {
                Issue.record("host \(host) is not found by its address")
                return
            }
        }
    }

    @Test(arguments: [
        UInt32(0x0a4d_0000), 0x0a4d_0004, 0x0a4e_0001, 0xe000_0001, 0xffff_ffff, 0,
    ])
    func `a stranger's IPv4 address is nobody's`(address: UInt32) {
        #expect(AddressPlan.host(address4: address, hostCount: 3) == nil)
    }

    @Test(arguments: [
        (UInt64(0xfd77_0000_0000_0000), UInt64(0)), (0xfd77_0000_0000_0000, 4),
        (0xfd77_0000_0000_0000, 0x1_0001), (0xfd77_0000_0000_0001, 1), (0, 1),
        (0xff02_0000_0000_0000, 1), (0xfd77_0000_0000_0000, .max),
    ])
    func `a stranger's IPv6 address is nobody's`(high: UInt64, low: UInt64) {
        #expect(AddressPlan.host(address6: high, low, hostCount: 3) == nil)
    }
}
