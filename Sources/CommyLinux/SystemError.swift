internal import CLinux

/// A system call that failed: which call, on what, and the kernel's error number.
public struct SystemError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The error number, such as EPERM (1).
    public let number: Int32
    /// What was attempted, in words that a person can act on: `open /dev/net/tun`.
    public let call: String

    public init(number: Int32, call: String) {
        self.number = number
        self.call = call
    }

    /// `open /dev/net/tun: Permission denied (EACCES)`.
    public var description: String {
        let text = unsafe String(cString: clinux_error_text(number))
        return "\(call): \(text) (\(name))"
    }

    /// The error's name, such as `EPERM`.
    public var name: String { unsafe String(cString: clinux_error_name(number)) }
}

/// Passes a result on, or throws when it is a negative error number.
///
/// `call` is only evaluated on failure.
@inline(always)
public func checked<Value: FixedWidthInteger & SignedInteger>(
    _ result: Value, _ call: @autoclosure () -> String
) throws(SystemError) -> Value {
    guard result >= 0 else {
        throw SystemError(number: Int32(truncatingIfNeeded: 0 - result), call: call())
    }
    return result
}
