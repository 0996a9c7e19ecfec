import Testing

/// Compares, where one side comes from a mutating call: `#expect` takes its operands apart and
/// would call it on a copy.
func same<Value: Equatable>(
    _ left: Value, _ right: Value, location: SourceLocation = #_sourceLocation
) {
    #expect(left == right, sourceLocation: location)
}

/// The same for `#require`.
func some<Value>(
    _ value: Value?, location: SourceLocation = #_sourceLocation
) throws -> Value {
    try #require(value, sourceLocation: location)
}
