public import CommyLinux
public import CommyTLS

/// Why a stream is of no more use.
public enum StreamError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kernel: refused, reset, unreachable.
    case system(SystemError)
    case tls(TLSError)

    public var description: String {
        switch self {
        case .system(let error): error.description
        case .tls(let error): error.description
        }
    }
}
