public import CommyLinux
internal import Glibc

extension TrafficResult {
    /// What a failed call on a connection means for the request it carried.
    ///
    /// EPROTO and the permission errors are what a firewall's refusal looks like from here; a
    /// number that is not listed broke a connection that had been there.
    public init(_ error: SystemError) {
        switch error.number {
        case ECONNREFUSED: self = .refused
        case ENETUNREACH, EHOSTUNREACH, ENETDOWN, EHOSTDOWN, EACCES, EPERM, EPROTO:
            self = .unreachable
        case ETIMEDOUT: self = .timeout
        case EADDRNOTAVAIL, EMFILE, ENFILE, ENOBUFS, ENOMEM, ENOSPC: self = .overload
        case _: self = .reset
        }
    }
}
