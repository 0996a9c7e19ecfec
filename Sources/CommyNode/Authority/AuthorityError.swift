/// Why an authority's folder cannot do what was asked; nothing was changed when one is thrown.
public struct AuthorityError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong, with the place.
    public let problem: String
    /// What a person can do about it.
    public let cure: String?

    public init(problem: String, cure: String?) {
        self.problem = problem
        self.cure = cure
    }

    init(_ problem: String, cure: String? = nil) {
        self.problem = problem
        self.cure = cure
    }

    public var description: String { cure.map { "\(problem); \($0)" } ?? problem }
}
