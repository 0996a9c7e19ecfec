public import CommyBase

/// The begin of CONTROL, by which a process asks its node for something; the question follows it.
public struct ControlHead: Sendable, Equatable {
    /// Bytes in front of the body.
    public static let byteCount = 8
    /// Chosen by the process; the reply gives it back.
    public var request: UInt32
    public var verb: ControlVerb

    public init(request: UInt32, verb: ControlVerb) {
        self.request = request
        self.verb = verb
    }

    /// Reads the head; the body begins at `byteCount`.
    public init(decoding payload: borrowing RawSpan) throws(WireError) {
        var reader = ByteReader()
        request = try reader.u32(payload)
        guard let verb = ControlVerb(rawValue: try reader.u8(payload)) else {
            throw .invalid("verb")
        }
        self.verb = verb
        guard try reader.u8(payload) == 0, try reader.u16(payload) == 0 else {
            throw .invalid("reserved")
        }
    }

    /// Writes the frame, with the body that `body` writes.
    public func encodeFrame<Failure: Error>(
        into writer: inout ByteWriter, _ body: (inout ByteWriter) throws(Failure) -> Void
    ) throws(Failure) {
        try FrameHeader.frame(.control, into: &writer) { writer throws(Failure) in
            writer.u32(request)
            writer.u32(UInt32(verb.rawValue))
            try body(&writer)
        }
    }
}

/// What a process can ask of its node.
public enum ControlVerb: UInt8, Sendable, Equatable, CaseIterable {
    case register = 1
    case deregister = 2
    case update = 3
    case drain = 4
    case watch = 5
    case unwatch = 6
    /// A question of an administrator; the body names it.
    case query = 7
    /// An order of an administrator; the body names it.
    case order = 8
}

/// The begin of CONTROL_REPLY; the answer follows it, or the error's detail.
public struct ControlReplyHead: Sendable, Equatable {
    public static let byteCount = 8
    public var request: UInt32
    /// Nil for success.
    public var failure: ErrorCode?
    /// More replies to the same request follow.
    public var isPart: Bool

    public init(request: UInt32, failure: ErrorCode? = nil, isPart: Bool = false) {
        self.request = request
        self.failure = failure
        self.isPart = isPart
    }

    public init(decoding payload: borrowing RawSpan) throws(WireError) {
        var reader = ByteReader()
        request = try reader.u32(payload)
        let code = try reader.u16(payload)
        failure = code == 0 ? nil : ErrorCode(rawValue: code)
        let part = try reader.u16(payload)
        guard part <= 1 else { throw .invalid("part") }
        isPart = part == 1
    }

    public func encodeFrame<Failure: Error>(
        into writer: inout ByteWriter, _ body: (inout ByteWriter) throws(Failure) -> Void
    ) throws(Failure) {
        try FrameHeader.frame(.controlReply, into: &writer) { writer throws(Failure) in
            writer.u32(request)
            writer.u16(failure?.rawValue ?? 0)
            writer.u16(isPart ? 1 : 0)
            try body(&writer)
        }
    }
}

/// The begin of EVENT; what has changed follows it.
public struct EventHead: Sendable, Equatable {
    public static let byteCount = 8
    /// The request of the `watch` that it belongs to.
    public var watch: UInt32
    /// Counts the EVENT frames of this watch from 1, without gaps, and goes on at 0 after 2^32 - 1;
    /// a process that was too slow is sent the whole state anew, as a snapshot.
    public var sequence: UInt32

    public init(watch: UInt32, sequence: UInt32) {
        self.watch = watch
        self.sequence = sequence
    }

    public init(decoding payload: borrowing RawSpan) throws(WireError) {
        var reader = ByteReader()
        watch = try reader.u32(payload)
        sequence = try reader.u32(payload)
    }

    public func encodeFrame<Failure: Error>(
        into writer: inout ByteWriter, _ body: (inout ByteWriter) throws(Failure) -> Void
    ) throws(Failure) {
        try FrameHeader.frame(.event, into: &writer) { writer throws(Failure) in
            writer.u32(watch)
            writer.u32(sequence)
            try body(&writer)
        }
    }
}
