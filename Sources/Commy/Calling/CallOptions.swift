public import CommyWire

/// What a caller asks beyond the request itself.
public struct CallOptions: Sendable {
    /// How long the caller waits for the whole answer. Nil: the configuration's `callTimeout`.
    /// Inside a handler, never longer than the handler's own caller waits.
    public var timeout: Duration?
    /// Doing it twice is like doing it once: the mesh may try a second instance when the first was
    /// lost with the request.
    public var isIdempotent: Bool
    /// 0 goes before 7 where both wait for one link.
    public var priority: Int
    /// The format of a typed request. Nil: the configuration's.
    public var format: PayloadFormat?
    /// Texts that travel beside the request.
    public var metadata: Metadata
    /// What an instance must be like to be called.
    public var require: CallRequirement

    public init(
        timeout: Duration? = nil, isIdempotent: Bool = false, priority: Int = 4,
        format: PayloadFormat? = nil, metadata: Metadata = .empty,
        require: CallRequirement = CallRequirement()
    ) {
        self.timeout = timeout
        self.isIdempotent = isIdempotent
        self.priority = priority
        self.format = format
        self.metadata = metadata
        self.require = require
    }
}
