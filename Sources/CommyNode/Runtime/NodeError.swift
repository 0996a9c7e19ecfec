public import CommyBase
internal import CommyLinux
internal import CommyTLS

/// Why a node cannot begin or go on, in words for an operator: the place, what is wrong, the cure.
public struct NodeError: Error, Sendable, Equatable, CustomStringConvertible {
    public let description: String
    public let code: ErrorCode

    init(_ description: String, code: ErrorCode = .invalidConfiguration) {
        self.description = description
        self.code = code
    }

    init(_ error: SystemError) { self.init("\(error)") }

    /// What the kernel says about a step that needs no more words.
    static func about<Value: ~Copyable>(
        _ body: () throws(SystemError) -> Value
    ) throws(NodeError) -> Value {
        do throws(SystemError) { return try body() } catch { throw NodeError(error) }
    }

    /// What is wrong with a file that holds certificates or a key.
    static func about<Value>(
        file path: String, _ body: () throws(CertificateError) -> Value
    ) throws(NodeError) -> Value {
        do throws(CertificateError) { return try body() } catch {
            throw NodeError("\(path): \(error)")
        }
    }
}
