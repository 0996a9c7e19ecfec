internal import CommyLinux
internal import Glibc
internal import SimTraffic
internal import Testing

@Suite struct TrafficResultTests {
    @Test(
        arguments: [
            (ECONNREFUSED, .refused), (ENETUNREACH, .unreachable), (EHOSTUNREACH, .unreachable),
            (ENETDOWN, .unreachable), (EHOSTDOWN, .unreachable), (EACCES, .unreachable),
            (EPERM, .unreachable), (EPROTO, .unreachable), (ETIMEDOUT, .timeout),
            (EADDRNOTAVAIL, .overload), (EMFILE, .overload), (ENFILE, .overload),
            (ENOBUFS, .overload), (ENOMEM, .overload), (ENOSPC, .overload), (ECONNRESET, .reset),
            (EPIPE, .reset), (9999, .reset),
        ] as [(Int32, TrafficResult)])
    func `a failed call says how the request ended`(_ number: Int32, _ result: TrafficResult) {
        #expect(TrafficResult(SystemError(number: number, call: "connect")) == result)
    }
}
