internal import CommyBase
internal import CommyLinux
internal import SimModel

/// Two hosts joined by a fabric and, if wanted, beside it by a plain veth pair: the ground of
/// `commy bench fabric`.
final class TwoHosts {
    /// Which of the two ways between the hosts a measurement uses.
    enum Way: Sendable {
        case fabric
        case veth

        var addresses: (UInt32, UInt32) {
            switch self {
            case .fabric: (0x0a4d_0001, 0x0a4d_0002)
            case .veth: (0x0a4e_0001, 0x0a4e_0002)
            }
        }
    }

    let first: HostSandbox
    let second: HostSandbox
    let fabric: FabricHandle

    /// The veth pair needs a kernel that lets the caller reach into both network namespaces.
    init(offload: Bool, withVeth: Bool = true) throws {
        let environment = try SandboxEnvironment(visible: [])
        var topology = Topology()
        topology.hosts = [HostSpec(name: "a"), HostSpec(name: "b")]
        topology.offload = offload
        let hosts = try ["a", "b"].enumerated().map { index, name in
            try HostSandbox(name: name, index: index, environment: environment)
        }
        for host in hosts {
            try host.beginSetUp(hostsFile: "127.0.0.1 localhost\n", offload: offload, visible: [])
        }
        let devices = try hosts.map {
            FileDescriptorNumber(raw: try $0.finishSetUp(mtu: topology.mtu).release())
        }
        (first, second) = (hosts[0], hosts[1])
        let clock = MonotonicClock()
        fabric = try FabricHandle.start(
            FabricSetUp(
                topology: topology, seed: 1, wallClockOfOrigin: clock.wallClockOfOrigin,
                devices: devices, capture: .off, captureDirectory: "/nonexistent"),
            clock: clock)
        if withVeth { try first.connectDirectly(to: second, mtu: topology.mtu) }
    }

    /// Sets the latency of both directions of the fabric.
    func setLatency(_ latency: Duration) throws {
        var conditions = LinkConditions()
        conditions.latency = latency
        let selection = try fabric.select(.between(.node("a"), .node("b")), forCut: false)
        for link in selection.links { fabric.setConditions(conditions, of: link.index) }
    }

    /// A socket on each host, bound to its address on this way and connected to the other.
    func datagramSockets(_ way: Way, port: UInt16) throws(SystemError) -> (
        FileDescriptorNumber, FileDescriptorNumber
    ) {
        let (here, there) = way.addresses
        let a = try MeasuringSocket.open(on: first, datagram: true)
        let b = try MeasuringSocket.open(on: second, datagram: true)
        try MeasuringSocket.bind(a, here, port)
        try MeasuringSocket.bind(b, there, port)
        try MeasuringSocket.connect(a, there, port)
        try MeasuringSocket.connect(b, here, port)
        return (a, b)
    }

    func leave() {
        _ = fabric.stop()
        first.leave()
        second.leave()
    }
}
