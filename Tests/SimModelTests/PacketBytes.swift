import SimModel

/// IP packets written byte by byte, for tests of what reads them.
enum PacketBytes {
    /// What the reader makes of `bytes`.
    static func header(_ bytes: [UInt8]) -> PacketHeader? { PacketHeader(bytes.span) }

    static func ipv4(
        transport: UInt8, payload: [UInt8], options: Int = 0, fragment: UInt16 = 0,
        source: UInt8 = 1, destination: UInt8 = 2
    ) -> [UInt8] {
        let total = 20 + options + payload.count
        let header: [UInt8] =
            [UInt8(0x45 + options / 4), 0, UInt8(total >> 8), UInt8(total & 0xff), 0, 7]
            + [UInt8(fragment >> 8), UInt8(fragment & 0xff), 64, transport, 0, 0]
            + [10, 77, 0, source, 10, 77, 0, destination]
        return header + [UInt8](repeating: 1, count: options) + payload
    }

    /// `extensions` stand between the fixed header and the payload; the first one's kind is `next`.
    static func ipv6(next: UInt8, extensions: [UInt8] = [], payload: [UInt8]) -> [UInt8] {
        let length = extensions.count + payload.count
        let prefix: [UInt8] = [0x60, 0, 0, 0, UInt8(length >> 8), UInt8(length & 0xff), next, 64]
        return prefix + address6(1) + address6(2) + extensions + payload
    }

    static func tcp(
        _ source: UInt16, _ destination: UInt16, flags: UInt8, sequence: UInt8 = 1
    ) -> [UInt8] {
        ports(source, destination)
            + [0, 0, 0, sequence, 0, 0, 0, 0, 0x50, flags, 0, 0, 0, 0, 0, 0]
    }

    static func udp(_ source: UInt16, _ destination: UInt16) -> [UInt8] {
        ports(source, destination) + [0, 8, 0, 0]
    }

    static func icmp(type: UInt8, identifier: UInt16) -> [UInt8] {
        [type, 0, 0, 0, UInt8(identifier >> 8), UInt8(identifier & 0xff), 0, 1]
    }

    private static func ports(_ source: UInt16, _ destination: UInt16) -> [UInt8] {
        [
            UInt8(source >> 8), UInt8(source & 0xff), UInt8(destination >> 8),
            UInt8(destination & 0xff),
        ]
    }

    private static func address6(_ last: UInt8) -> [UInt8] {
        [0xfd, 0x77] + [UInt8](repeating: 0, count: 13) + [last]
    }
}
