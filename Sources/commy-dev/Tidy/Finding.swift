/// One place where the repository leaves the house style.
struct Finding: Sendable, Equatable {
    enum Severity: Sendable, Equatable {
        case warning
        case failure
    }
    let path: String
    /// Counted from 1; 1 when the finding is about the whole file.
    let line: Int
    let rule: String
    let severity: Severity
    let what: String
    let cure: String

    /// `path:line: rule: what; cure`, as editors parse it.
    var text: String {
        let mark = severity == .warning ? " (warning)" : ""
        return "\(path):\(line): \(rule)\(mark): \(what); \(cure)"
    }
}

extension Finding: Comparable {
    static func < (left: Finding, right: Finding) -> Bool {
        (left.path, left.line, left.rule, left.what) < (
            right.path, right.line, right.rule, right.what
        )
    }
}
