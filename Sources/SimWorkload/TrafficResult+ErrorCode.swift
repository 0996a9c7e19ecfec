public import CommyBase
public import SimTraffic

extension TrafficResult {
    /// What a failed call is in a record.
    ///
    /// A code that is not listed, also one of a later version, is a failure of the service's side.
    public init(_ code: ErrorCode) {
        switch code {
        case .deadlineExceeded: self = .timeout
        case .connectionLost, .instanceLost: self = .reset
        case .connectionRefused, .peerShuttingDown, .draining, .overloaded, .limitReached,
            .notAttached:
            self = .refused
        case .noSuchService, .noHealthyInstance, .noSuchInstance, .tooManyHops, .unreachable:
            self = .unreachable
        case _: self = .serverError
        }
    }
}
