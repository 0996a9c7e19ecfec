/// Which reports of processes are meant: `{ becomes: { member: dead, peer: b, on: a } }`, or
/// `{ event: { kind: refused, code: certificateExpired } }`.
public struct ReportPattern: Sendable, Equatable {
    /// What a field must be like.
    public struct Wanted: Sendable, Equatable {
        public var field: String
        public var value: Value

        public init(_ field: String, _ value: Value) {
            self.field = field
            self.value = value
        }
    }
    public enum Value: Sendable, Equatable {
        /// One of these texts; never empty.
        case oneOf([String])
        /// A regular expression that matches somewhere in the value.
        case expression(String)
    }

    public var kind: String
    /// In file order; each field once.
    public var wanted: [Wanted]
    /// Whose reports are looked at; nil is everybody.
    public var process: String?
    public var host: String?
    /// True for the short form that names a state: it decides only the words of reports.
    public var isState: Bool

    public init(
        kind: String, wanted: [Wanted] = [], process: String? = nil, host: String? = nil,
        isState: Bool = false
    ) {
        self.kind = kind
        self.wanted = wanted
        self.process = process
        self.host = host
        self.isState = isState
    }

    /// The field that holds the state of a thing whose changes are reported.
    public static let stateField = "state"

    /// `member dead peer b`, `refused code certificateExpired`.
    public var words: String {
        let parts = wanted.map { wanted in
            let value = wanted.value.words
            return isState && wanted.field == Self.stateField ? value : "\(wanted.field) \(value)"
        }
        return ([kind] + parts).joined(separator: " ")
    }
}

extension ReportPattern.Value {
    var words: String {
        switch self {
        case .oneOf(let texts): texts.joined(separator: " or ")
        case .expression(let text): "/\(text)/"
        }
    }
}
