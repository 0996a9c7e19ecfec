/// Why bytes could not be read: always the sender's fault, never a reason to stop.
public enum WireError: Error, Sendable, Equatable {
    /// The bytes end before the value does.
    case truncated
    /// A value that the format does not allow; the word names the field.
    case invalid(StaticStringName)
    /// A length or count above its limit; the word names the field.
    case tooLarge(StaticStringName)
}

/// The name of a field, known when the program is compiled; equal by its text.
public struct StaticStringName: Sendable, Equatable, ExpressibleByStringLiteral,
    CustomStringConvertible
{
    public let text: StaticString
    public init(stringLiteral text: StaticString) { self.text = text }
    public var description: String { text.description }
    public static func == (left: StaticStringName, right: StaticStringName) -> Bool {
        left.description == right.description
    }
}
