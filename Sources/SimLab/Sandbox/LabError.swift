internal import CommyLinux

/// Why a run could not be carried out: the harness's or the machine's trouble, never the verdict.
public struct LabError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What went wrong, naming host, process or file.
    public let problem: String
    /// What the reader can do about it.
    public let cure: String?

    public init(_ problem: String, cure: String? = nil) {
        self.problem = problem
        self.cure = cure
    }

    init(_ error: SystemError, doing what: String, cure: String? = nil) {
        self.init("\(what): \(error)", cure: cure)
    }

    public var description: String {
        guard let cure else { return problem }
        return "\(problem)\n  cure: \(cure)"
    }
}
