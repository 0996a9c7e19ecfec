internal import CLinux

/// Configures the interfaces of one network namespace over rtnetlink(7).
public struct Netlink: ~Copyable, Sendable {
    private let descriptor: FileDescriptor

    /// Takes a NETLINK_ROUTE socket; it acts on the namespace in which it was opened.
    public init(_ descriptor: consuming FileDescriptor) {
        self.descriptor = descriptor
    }

    /// A socket for the calling process's own namespace.
    public init() throws(SystemError) {
        descriptor = FileDescriptor(
            owning: try checked(clinux_netlink_open(), "open a netlink socket"))
    }

    /// Brings an interface up, with an MTU in bytes and a transmit queue of so many packets when
    /// given.
    public func bringUp(index: Int32, mtu: Int? = nil, queueLength: Int? = nil)
        throws(SystemError)
    {
        var request = NetlinkRequest(type: UInt16(RTM_NEWLINK), flags: 0)
        request.appendLinkHeader(index: index, up: true)
        if let mtu { request.appendAttribute(UInt16(IFLA_MTU), UInt32(mtu)) }
        if let queueLength {
            request.appendAttribute(UInt16(IFLA_TXQLEN), UInt32(queueLength))
        }
        try perform(request, "bring up interface \(index)")
    }

    /// Adds an IPv4 (4 bytes) or IPv6 (16 bytes) address with its on-link prefix, without duplicate
    /// address detection: the address plan has none.
    public func addAddress(index: Int32, bytes: [UInt8], prefixLength: UInt8)
        throws(SystemError)
    {
        precondition(bytes.count == 4 || bytes.count == 16)
        let family = UInt8(bytes.count == 4 ? 2 : 10)
        var request = NetlinkRequest(
            type: UInt16(RTM_NEWADDR), flags: UInt16(NLM_F_CREATE | NLM_F_EXCL))
        request.appendAddressHeader(
            family: family, prefixLength: prefixLength, flags: UInt8(IFA_F_NODAD), index: index)
        request.appendAttribute(UInt16(IFA_LOCAL), bytes)
        request.appendAttribute(UInt16(IFA_ADDRESS), bytes)
        try perform(request, "add an address to interface \(index)")
    }

    /// Lets no packet of more than so many segments leave, so that nothing is put together that a
    /// kernel would rather send a moment later.
    public func limitSegments(index: Int32, to count: UInt32) throws(SystemError) {
        var request = NetlinkRequest(type: UInt16(RTM_NEWLINK), flags: 0)
        request.appendLinkHeader(index: index, up: true)
        request.appendAttribute(UInt16(IFLA_GSO_MAX_SEGS), count)
        try perform(request, "limit the segments of interface \(index)")
    }

    /// Replaces the route to an interface's own prefix by one with these timings of TCP: no delayed
    /// acknowledgements, and no retransmission before `shortestTimeoutMilliseconds`.
    public func quietRoute(
        index: Int32, source: [UInt8], prefixLength: UInt8, shortestTimeoutMilliseconds: UInt32
    ) throws(SystemError) {
        precondition(source.count == 4 || source.count == 16)
        let isIPv6 = source.count == 16
        var request = NetlinkRequest(
            type: UInt16(RTM_NEWROUTE), flags: UInt16(NLM_F_CREATE | NLM_F_REPLACE))
        request.appendRouteHeader(family: isIPv6 ? 10 : 2, prefixLength: prefixLength)
        request.appendAttribute(
            UInt16(RTA_DST.rawValue), Self.prefix(of: source, length: prefixLength))
        request.appendAttribute(UInt16(RTA_OIF.rawValue), UInt32(bitPattern: index))
        // The kernel's own metric for connected IPv6 routes: another one would not replace it.
        if isIPv6 { request.appendAttribute(UInt16(RTA_PRIORITY.rawValue), 256) }
        request.appendAttribute(UInt16(RTA_PREFSRC.rawValue), source)
        request.nest(UInt16(RTA_METRICS.rawValue)) { metrics in
            // TCP heeds this metric only where it is locked (tcp_rto_min in net/ipv4/tcp_output.c).
            metrics.appendAttribute(UInt16(RTAX_LOCK), 1 << UInt32(RTAX_RTO_MIN))
            metrics.appendAttribute(UInt16(RTAX_RTO_MIN), shortestTimeoutMilliseconds)
            metrics.appendAttribute(UInt16(RTAX_QUICKACK), 1)
        }
        try perform(request, "set the route of interface \(index)")
    }

    private static func prefix(of address: [UInt8], length: UInt8) -> [UInt8] {
        address.enumerated().map { index, byte in
            let bits = min(8, max(0, Int(length) - index * 8))
            return byte & UInt8(truncatingIfNeeded: 0xff00 >> bits)
        }
    }

    /// Makes a pair of virtual Ethernet interfaces, both called `veth0`, in the network namespaces
    /// of two processes. Needs CAP_NET_ADMIN in this socket's own namespace too.
    public func addVethPair(
        index: Int32, process: Int32, peerIndex: Int32, peerProcess: Int32, mtu: Int
    ) throws(SystemError) {
        var request = NetlinkRequest(
            type: UInt16(RTM_NEWLINK), flags: UInt16(NLM_F_CREATE | NLM_F_EXCL))
        request.appendLinkHeader(index: index, up: false)
        let name = Array("veth0".utf8) + [0]
        request.appendAttribute(UInt16(IFLA_IFNAME), name)
        request.appendAttribute(UInt16(IFLA_MTU), UInt32(mtu))
        request.appendAttribute(UInt16(IFLA_NET_NS_PID), UInt32(bitPattern: process))
        request.nest(UInt16(IFLA_LINKINFO)) { info in
            info.appendAttribute(UInt16(IFLA_INFO_KIND), Array("veth".utf8))
            info.nest(UInt16(IFLA_INFO_DATA)) { data in
                // VETH_INFO_PEER of linux/veth.h: a whole link message of the other end.
                data.nest(1) { peer in
                    peer.appendLinkHeader(index: peerIndex, up: false)
                    peer.appendAttribute(UInt16(IFLA_IFNAME), name)
                    peer.appendAttribute(UInt16(IFLA_MTU), UInt32(mtu))
                    peer.appendAttribute(
                        UInt16(IFLA_NET_NS_PID), UInt32(bitPattern: peerProcess))
                }
            }
        }
        try perform(request, "add a veth pair")
    }

    /// Packets that the interface's own transmit queue has dropped since it exists.
    public func droppedPackets(index: Int32) throws(SystemError) -> UInt64 {
        UInt64(
            try checked(
                clinux_netlink_dropped(descriptor.raw, index), "read interface statistics"))
    }

    private func perform(_ request: NetlinkRequest, _ call: @autoclosure () -> String)
        throws(SystemError)
    {
        let bytes = request.finished()
        let result = unsafe bytes.withUnsafeBytes { pointer in
            unsafe clinux_netlink_request(descriptor.raw, pointer.baseAddress!, pointer.count)
        }
        _ = try checked(result, call())
    }
}

/// Builds one rtnetlink request: header, body, attributes, each aligned to four bytes.
struct NetlinkRequest {
    private var bytes: [UInt8] = []

    init(type: UInt16, flags: UInt16) {
        append(UInt32(0))
        append(type)
        append(flags | UInt16(NLM_F_REQUEST | NLM_F_ACK))
        append(UInt32(1))
        append(UInt32(0))
    }

    /// struct ifinfomsg.
    mutating func appendLinkHeader(index: Int32, up: Bool) {
        append(UInt32(0))
        append(UInt32(bitPattern: index))
        append(UInt32(up ? 1 : 0))
        append(UInt32(up ? 1 : 0))
    }

    /// struct ifaddrmsg.
    mutating func appendAddressHeader(
        family: UInt8, prefixLength: UInt8, flags: UInt8, index: Int32
    ) {
        bytes += [family, prefixLength, flags, 0]
        append(UInt32(bitPattern: index))
    }

    /// struct rtmsg of a route to a connected network: table main, made by the kernel, scope link.
    mutating func appendRouteHeader(family: UInt8, prefixLength: UInt8) {
        bytes += [family, prefixLength, 0, 0, 254, 2, 253, 1]
        append(UInt32(0))
    }

    mutating func appendAttribute(_ kind: UInt16, _ value: UInt32) {
        append(UInt16(8))
        append(kind)
        append(value)
    }

    mutating func appendAttribute(_ kind: UInt16, _ value: [UInt8]) {
        append(UInt16(4 + value.count))
        append(kind)
        bytes += value
        while bytes.count % 4 != 0 { bytes.append(0) }
    }

    /// An attribute that holds what `fill` appends.
    mutating func nest(_ kind: UInt16, _ fill: (inout NetlinkRequest) -> Void) {
        let start = bytes.count
        append(UInt16(0))
        append(kind)
        fill(&self)
        let length = bytes.count - start
        bytes[start] = UInt8(truncatingIfNeeded: length)
        bytes[start + 1] = UInt8(truncatingIfNeeded: length >> 8)
    }

    /// The whole request with its length filled in.
    func finished() -> [UInt8] {
        var result = bytes
        let length = UInt32(bytes.count)
        for byte in 0..<4 {
            result[byte] = UInt8(truncatingIfNeeded: length >> (8 * UInt32(byte)))
        }
        return result
    }

    /// Netlink speaks the machine's byte order; every machine that Commy runs on is little-endian.
    private mutating func append<Value: FixedWidthInteger>(_ value: Value) {
        var rest = value
        for _ in 0..<(Value.bitWidth / 8) {
            bytes.append(UInt8(truncatingIfNeeded: rest))
            rest >>= 8
        }
    }
}
