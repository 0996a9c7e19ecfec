/// Something that a process has told about itself, in a line of its output such as
/// `@commy member peer=b state=dead`.
public struct ProcessReported: Sendable, Equatable, Codable {
    public var host: String
    public var process: String
    /// What kind of thing it is: `member`, `link`, `route`.
    public var kind: String
    public var fields: ReportedFields

    public init(host: String, process: String, kind: String, fields: ReportedFields = []) {
        self.host = host
        self.process = process
        self.kind = kind
        self.fields = fields
    }
}

/// A line began as a report does and is none: a bug of the program that wrote it.
public struct ProcessMisreported: Sendable, Equatable, Codable {
    public var host: String
    public var process: String
    public var line: String
    /// Why it is no report, and what it would have to be.
    public var reason: String

    public init(host: String, process: String, line: String, reason: String) {
        self.host = host
        self.process = process
        self.line = line
        self.reason = reason
    }
}

/// Names with values, sorted by name, each name once. In the log it is an object.
public struct ReportedFields: Sendable, Equatable {
    public struct Field: Sendable, Equatable {
        public var name: String
        public var value: String

        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    public private(set) var fields: [Field]

    /// Of a name that comes twice, the first value counts.
    public init(_ unsorted: [Field]) {
        fields = []
        for field in unsorted.sorted(by: { $0.name < $1.name })
        where fields.last?.name != field.name {
            fields.append(field)
        }
    }

    /// The value of a name; nil when there is none.
    public subscript(_ name: String) -> String? {
        fields.first { $0.name == name }?.value
    }

    /// `peer=b state=dead`.
    public var text: String {
        fields.map { "\($0.name)=\($0.value)" }.joined(separator: " ")
    }
}

extension ReportedFields: ExpressibleByArrayLiteral {
    public init(arrayLiteral fields: Field...) { self.init(fields) }
}

extension ReportedFields: Codable {
    /// Under this key the log spells names as the process has spelled them.
    static let key = "fields"

    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    public func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: Name.self)
        for field in fields {
            try object.encode(field.value, forKey: Name(stringValue: field.name))
        }
    }

    public init(from decoder: any Decoder) throws {
        let object = try decoder.container(keyedBy: Name.self)
        self.init(
            try object.allKeys.map {
                Field($0.stringValue, try object.decode(String.self, forKey: $0))
            })
    }
}
