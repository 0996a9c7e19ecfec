public import CommyBase

extension ByteReader {
    /// An address: 4 or 6, the port, and the address as numbers, most significant part first.
    public mutating func address(
        _ bytes: borrowing RawSpan
    ) throws(WireError) -> NetworkAddress {
        let family = try u8(bytes)
        let port = try u16(bytes)
        switch family {
        case 4: return NetworkAddress(host: .v4(try u32(bytes)), port: port)
        case 6:
            let high = try u64(bytes)
            return NetworkAddress(host: .v6(high: high, low: try u64(bytes)), port: port)
        // Every other number is no family.
        default: throw .invalid("address family")
        }
    }
}

extension ByteWriter {
    public mutating func address(_ address: NetworkAddress) {
        switch address.host {
        case .v4(let number):
            u8(4)
            u16(address.port)
            u32(number)
        case .v6(let high, let low):
            u8(6)
            u16(address.port)
            u64(high)
            u64(low)
        }
    }
}
