/// The error of every surface: a code to act on, a detail to read, and what led to it.
public struct CommyError: Error, Sendable, Equatable, CustomStringConvertible {
    public let code: ErrorCode
    /// What is special about this case, for people; may be empty. Nothing may be decided by it.
    public let detail: String
    private let origin: Origin

    /// A struct cannot hold itself; an indirect case can.
    private indirect enum Origin: Sendable, Equatable {
        case none
        case error(CommyError)
    }

    public init(_ code: ErrorCode, _ detail: String = "", cause: CommyError? = nil) {
        self.code = code
        self.detail = detail
        origin = cause.map(Origin.error) ?? .none
    }

    /// The error that led to this one, if one did.
    public var cause: CommyError? {
        switch origin {
        case .none: nil
        case .error(let cause): cause
        }
    }

    /// Whether another attempt is safe: the service certainly saw nothing, or it may see the
    /// request twice.
    public func allowsRetry(isIdempotent: Bool) -> Bool {
        isIdempotent || code.delivered == .no
    }

    /// `noSuchService: orders, because connectionLost: reset by peer`.
    public var description: String {
        let own = detail.isEmpty ? code.description : "\(code): \(detail)"
        guard let cause else { return own }
        return "\(own), because \(cause)"
    }
}
