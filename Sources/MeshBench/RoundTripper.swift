internal import CommyBase

/// One side that asks and is answered, over whatever is measured. One thread uses it.
protocol RoundTripper: ~Copyable {
    /// Monotonic, as all of one comparison read it.
    var now: MeshInstant { get }

    /// Puts a request on its way, without waiting.
    mutating func ask(_ payload: [UInt8]) throws

    /// Waits until answers have come, or the instant has: how many since the last call.
    mutating func answers(until instant: MeshInstant) throws -> Int
}

/// One side that sends messages which nobody answers.
protocol MessageSender: ~Copyable {
    /// Over what.
    static var name: String { get }
    var now: MeshInstant { get }

    /// Takes a message; it may leave later.
    mutating func send(_ payload: [UInt8]) throws

    /// Sends what it can of what was taken. Waits until there is room or the instant has come.
    mutating func flush(until instant: MeshInstant) throws
}
