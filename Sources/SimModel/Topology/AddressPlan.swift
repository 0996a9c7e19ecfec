/// Which address each host has: a pure function of its place in the scenario file.
///
/// IPv4 from 10.77.0.0/16 and IPv6 from fd77::/64, host number n (from 0) has n + 1 in its last
/// bits. Every host has a namespace of its own, so the plan collides with nothing on the machine;
/// programs on a host reach all others on-link and nothing else.
public enum AddressPlan {
    /// The plan's room, in hosts.
    public static let hostLimit = 65_000

    /// Links below it carry no IPv6 (RFC 8200, section 5).
    public static let minimumMTU6 = 1_280

    public static let prefixLength4: UInt8 = 16
    public static let prefixLength6: UInt8 = 64

    /// The four bytes of a host's IPv4 address.
    public static func bytes4(host: Int) -> [UInt8] {
        let number = host + 1
        return [10, 77, UInt8(number >> 8), UInt8(number & 0xff)]
    }

    /// The sixteen bytes of a host's IPv6 address.
    public static func bytes6(host: Int) -> [UInt8] {
        let number = host + 1
        return [0xfd, 0x77] + [UInt8](repeating: 0, count: 12)
            + [UInt8(number >> 8), UInt8(number & 0xff)]
    }

    /// `10.77.0.1`.
    public static func text4(host: Int) -> String {
        bytes4(host: host).map(String.init).joined(separator: ".")
    }

    /// `fd77::1`.
    public static func text6(host: Int) -> String {
        "fd77::" + String(host + 1, radix: 16)
    }

    /// The host with this IPv4 address, given as a big-endian number; nil when it is not of the
    /// plan.
    public static func host(address4: UInt32, hostCount: Int) -> Int? {
        guard address4 >> 16 == 0x0a4d else { return nil }
        let number = Int(address4 & 0xffff)
        return number >= 1 && number <= hostCount ? number - 1 : nil
    }

    /// The host with this IPv6 address, given as two big-endian halves; nil when it is not of the
    /// plan.
    public static func host(address6 high: UInt64, _ low: UInt64, hostCount: Int) -> Int? {
        guard high == 0xfd77_0000_0000_0000, low >> 16 == 0 else { return nil }
        let number = Int(low)
        return number >= 1 && number <= hostCount ? number - 1 : nil
    }
}
