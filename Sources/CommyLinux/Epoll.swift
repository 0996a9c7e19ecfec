internal import CLinux

/// Waits for many descriptors at once: epoll(7), level-triggered unless told otherwise.
@safe
public struct Epoll: ~Copyable {
    /// What a descriptor is watched for, and what happened to it.
    public struct Interest: OptionSet, Sendable, Hashable {
        public let rawValue: UInt32
        public init(rawValue: UInt32) { self.rawValue = rawValue }
        public static let readable = Interest(rawValue: 0x001)
        public static let writable = Interest(rawValue: 0x004)
        /// Always reported, whether asked for or not.
        public static let error = Interest(rawValue: 0x008)
        public static let hangUp = Interest(rawValue: 0x010)
        public static let peerClosed = Interest(rawValue: 0x2000)
        public static let edgeTriggered = Interest(rawValue: 1 << 31)
    }

    /// One descriptor that is ready; `token` is what it was registered with.
    public struct Event: Sendable {
        public let token: UInt64
        public let ready: Interest
    }

    private let descriptor: FileDescriptor
    private let capacity: Int
    private let events: UnsafeMutablePointer<epoll_event>
    /// Events of the last wait.
    private var readyCount = 0

    /// `capacity` bounds the events that one wait returns.
    public init(capacity: Int = 256) throws(SystemError) {
        precondition(capacity > 0)
        descriptor = FileDescriptor(owning: try checked(clinux_epoll_create(), "epoll_create1"))
        self.capacity = capacity
        unsafe events = .allocate(capacity: capacity)
    }

    deinit {
        unsafe events.deallocate()
    }

    public func add(_ fd: Int32, _ interest: Interest, token: UInt64) throws(SystemError) {
        let result = clinux_epoll_control(
            descriptor.raw, EPOLL_CTL_ADD, fd, interest.rawValue, token)
        _ = try checked(result, "epoll_ctl add")
    }

    public func change(_ fd: Int32, _ interest: Interest, token: UInt64) throws(SystemError) {
        let result = clinux_epoll_control(
            descriptor.raw, EPOLL_CTL_MOD, fd, interest.rawValue, token)
        _ = try checked(result, "epoll_ctl mod")
    }

    /// Call it before the descriptor is closed.
    public func remove(_ fd: Int32) throws(SystemError) {
        _ = try checked(
            clinux_epoll_control(descriptor.raw, EPOLL_CTL_DEL, fd, 0, 0), "epoll_ctl del")
    }

    /// Waits at most `nanoseconds` (negative: for ever, 0: not at all) and returns how many events
    /// there are; read them with `event(at:)`. A signal ends the wait with 0.
    public mutating func wait(nanoseconds: Int64) throws(SystemError) -> Int {
        let count = unsafe clinux_epoll_wait(
            descriptor.raw, events, Int32(capacity), nanoseconds)
        readyCount = max(0, Int(count))
        if count == -EINTR { return 0 }
        return Int(try checked(count, "epoll_wait"))
    }

    /// Event `index` of the last wait.
    public func event(at index: Int) -> Event {
        precondition(index >= 0 && index < readyCount, "not an event of the last wait")
        let token = unsafe clinux_event_token(events + index)
        return Event(token: token, ready: Interest(rawValue: unsafe events[index].events))
    }
}

/// A counter that one thread raises to wake another out of its epoll wait: eventfd(2).
public struct WakeUp: ~Copyable, Sendable {
    public let descriptor: FileDescriptor

    public init() throws(SystemError) {
        descriptor = FileDescriptor(owning: try checked(clinux_eventfd(), "eventfd"))
    }

    /// Any thread may call it. It cannot fail: a full counter is awake already.
    public func signal() {
        var one: UInt64 = 1
        unsafe withUnsafeBytes(of: &one) { bytes in
            _ = unsafe clinux_write(descriptor.raw, bytes.baseAddress!, 8)
        }
    }

    /// The woken thread calls it before it looks at what it was woken for.
    public func acknowledge() {
        var count: UInt64 = 0
        unsafe withUnsafeMutableBytes(of: &count) { bytes in
            _ = unsafe clinux_read(descriptor.raw, bytes.baseAddress!, 8)
        }
    }
}
