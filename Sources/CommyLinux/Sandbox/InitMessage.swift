internal import CLinux

/// One message between the harness and the `commy-init` of a host (see clinux_sandbox.h).
public struct InitMessage: Sendable {
    public enum Kind: UInt32, Sendable {
        case setUp = 1
        case spawn, signal, write, socket, sample, lower, restore, disk, disconnect
        case listening
        case ready, spawned, exited, done, failed
    }
    public var kind: Kind
    /// Chosen by the asker, returned in the answer.
    public var id: UInt32 = 0
    /// A process id inside the host; in `ready` the index of the interface.
    public var pid: Int32 = 0
    /// An error number, 0 for none.
    public var error: Int32 = 0
    public var number: Int32 = 0
    /// A wait(2) status.
    public var status: Int32 = 0
    public var flags: UInt32 = 0
    public var argumentCount: UInt32 = 0
    public var environmentCount: UInt32 = 0
    /// nil: as commy-init.
    public var uid: UInt32?
    public var gid: UInt32?
    public var limits = Limits()
    /// The amount of `lower` and `disk`; nil is none.
    public var amount: UInt64?
    public var cpuNanoseconds: Int64 = 0
    public var residentBytes: Int64 = 0
    /// The strings behind the header.
    public var texts: [String] = []
    /// Raw bytes behind the strings (the content of `write`).
    public var content: [UInt8] = []

    /// setrlimit(2) values; nil leaves the inherited one.
    public struct Limits: Sendable {
        public var openFiles: UInt64?
        public var memoryBytes: UInt64?
        public var processes: UInt64?
        public var fileBytes: UInt64?
        public var coreBytes: UInt64?
        public init() {}
    }

    public init(_ kind: Kind) {
        self.kind = kind
    }

    /// Content that fits one message beside its path.
    public static let contentByteLimit = 64 * 1_024
}

/// The harness's end of the conversation with one commy-init.
public struct InitChannel: ~Copyable, Sendable {
    public let descriptor: FileDescriptor

    /// Both ends of a new conversation.
    public static func pair() throws(SystemError) -> InitChannelPair {
        var ends: (Int32, Int32) = (-1, -1)
        let result = unsafe withUnsafeMutableBytes(of: &ends) { bytes in
            unsafe clinux_seqpacket_pair(bytes.baseAddress!.assumingMemoryBound(to: Int32.self))
        }
        _ = try checked(result, "socketpair")
        return InitChannelPair(
            harness: InitChannel(descriptor: FileDescriptor(owning: ends.0)),
            initEnd: FileDescriptor(owning: ends.1))
    }

    /// Sends `message` with `descriptors`, which stay the caller's.
    public func send(_ message: InitMessage, descriptors: [Int32] = []) throws(SystemError) {
        var header = clinux_message()
        header.kind = message.kind.rawValue
        header.id = message.id
        header.pid = message.pid
        header.number = message.number
        header.flags = message.flags
        header.argc = message.argumentCount
        header.envc = message.environmentCount
        header.uid = message.uid ?? .max
        header.gid = message.gid ?? .max
        header.length = UInt32(message.content.count)
        let limits = message.limits
        header.limits = (
            limits.openFiles ?? .max, limits.memoryBytes ?? .max, limits.processes ?? .max,
            limits.fileBytes ?? .max, limits.coreBytes ?? .max
        )
        if let amount = message.amount { header.limits.0 = amount }
        var text: [UInt8] = []
        for string in message.texts {
            text.append(contentsOf: string.utf8)
            text.append(0)
        }
        text.append(contentsOf: message.content)
        guard text.count <= Int(CLINUX_MESSAGE_LIMIT) else {
            throw SystemError(
                number: EMSGSIZE,
                call: "send \(text.count) bytes to a host (at most \(CLINUX_MESSAGE_LIMIT))")
        }
        let result = unsafe text.withUnsafeBytes { bytes in
            unsafe descriptors.withUnsafeBufferPointer { descriptors in
                unsafe clinux_send_message(
                    descriptor.raw, &header, bytes.baseAddress, bytes.count,
                    descriptors.baseAddress, Int32(descriptors.count))
            }
        }
        _ = try checked(result, "send to a host")
    }

    /// Whether a message (or the end) is there within this time.
    public func waitReadable(milliseconds: Int32) throws(SystemError) -> Bool {
        try checked(
            clinux_wait_readable(descriptor.raw, milliseconds), "wait for a host") > 0
    }

    /// Waits for the next message. Descriptors in it become the caller's.
    public func receive() throws(SystemError) -> (message: InitMessage, descriptors: [Int32]) {
        var header = clinux_message()
        var text = [UInt8](repeating: 0, count: Int(CLINUX_MESSAGE_LIMIT))
        var descriptors = [Int32](repeating: -1, count: Int(CLINUX_MESSAGE_DESCRIPTORS))
        let length = unsafe text.withUnsafeMutableBytes { bytes in
            unsafe descriptors.withUnsafeMutableBufferPointer { descriptors in
                unsafe clinux_receive_message(
                    self.descriptor.raw, &header, bytes.baseAddress!, bytes.count,
                    descriptors.baseAddress!)
            }
        }
        _ = try checked(length, "receive from a host")
        guard let kind = InitMessage.Kind(rawValue: header.kind) else {
            throw SystemError(number: EBADMSG, call: "receive from a host")
        }
        var message = InitMessage(kind)
        message.id = header.id
        message.pid = header.pid
        message.error = header.error
        message.number = header.number
        message.status = header.status
        message.flags = header.flags
        message.cpuNanoseconds = header.cpu_nanoseconds
        message.residentBytes = header.resident_bytes
        if length > 0 {
            message.texts = text[..<length].split(separator: 0).map {
                String(decoding: $0, as: UTF8.self)
            }
        }
        return (message, descriptors.filter { $0 >= 0 })
    }
}

/// A new conversation: the harness keeps one end and hands the other to commy-init.
public struct InitChannelPair: ~Copyable, Sendable {
    public var harness: InitChannel
    public var initEnd: FileDescriptor

    /// Keeps the harness's end and closes the other.
    public consuming func takeHarness() -> InitChannel { harness }
}
