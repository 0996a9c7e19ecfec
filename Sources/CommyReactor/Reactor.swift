public import CommyBase
public import CommyLinux

/// One thread's loop: descriptors, timers, signals, and being woken by other threads, as a stream
/// of events that the owner takes one by one.
///
///     while let event = try reactor.next() {
///         switch event { ... }
///     }
///
/// It stores no closures and no owners: an event is a token, and the owner finds the connection in
/// a `SlotTable`. In a lockstep run the wait gives the turn back; nothing else differs. Whatever
/// runs on it takes the time from here, and from no other clock.
public struct Reactor: ~Copyable {
    public enum Event: Sendable, Equatable {
        /// Something happened to the descriptor that was added with this token.
        case ready(EventToken, Epoll.Interest)
        /// The instant of a timer has come.
        case timer(EventToken)
        /// Another thread has called `Waker.wake`, once or more.
        case woken
        case signal(StopSignals.Signal)
    }

    /// The queue that waits; descriptors may be added to it directly.
    public private(set) var queue: EventQueue
    /// For other threads.
    public let waker: Waker
    private let signals: StopSignals?
    private var timers = TimerHeap<EventToken>()
    /// Of the last wait, and how many of them were handed out.
    private var readyCount = 0
    private var taken = 0
    private var tellsDeadline = false

    private static let wakeToken = EventToken(kind: 255, slot: Slot(index: 0, generation: 0))
    private static let signalToken = EventToken(kind: 255, slot: Slot(index: 1, generation: 0))

    /// `capacity` bounds the descriptors that one wait reports. With `takesSignals`, SIGTERM,
    /// SIGINT and SIGHUP become events; make it before other threads start, which inherit that.
    public init(
        clock: LoopClock, capacity: Int = 256, takesSignals: Bool = false
    ) throws(SystemError) {
        let queue = try EventQueue(clock: clock, capacity: capacity)
        let waker = Waker(try WakeUp())
        try queue.add(waker.raw, .readable, token: Self.wakeToken.rawValue)
        let signals = takesSignals ? try Self.signals(queue) : nil
        self.queue = queue
        self.waker = waker
        self.signals = signals
    }

    private static func signals(
        _ queue: borrowing EventQueue
    ) throws(SystemError) -> StopSignals {
        let signals = try StopSignals()
        try queue.add(signals.descriptor.raw, .readable, token: signalToken.rawValue)
        return signals
    }

    public var clock: LoopClock { queue.clock }
    public var now: MeshInstant { queue.now }
    /// The date; see `LoopClock.wallClock`.
    public var wallClock: WallInstant { queue.clock.wallClock }

    // Descriptors: level-triggered unless asked otherwise.

    public func add(
        _ fd: Int32, _ interest: Epoll.Interest, _ token: EventToken
    ) throws(SystemError) {
        try queue.add(fd, interest, token: token.rawValue)
    }

    public func change(
        _ fd: Int32, _ interest: Epoll.Interest, _ token: EventToken
    ) throws(SystemError) {
        try queue.change(fd, interest, token: token.rawValue)
    }

    /// Not needed before a descriptor is closed, unless a copy of it lives on elsewhere.
    public func remove(_ fd: Int32) throws(SystemError) { try queue.remove(fd) }

    // Timers.

    /// `token` comes back as an event when the instant has come.
    @discardableResult
    public mutating func setTimer(
        at instant: MeshInstant, _ token: EventToken
    ) -> TimerHeap<EventToken>.Token {
        timers.set(at: instant, token)
    }

    /// False when it has fired or was cancelled before.
    @discardableResult
    public mutating func cancelTimer(_ timer: TimerHeap<EventToken>.Token) -> Bool {
        timers.cancel(timer)
    }

    public var timerCount: Int { timers.count }

    /// The next event, or nil once `deadline` has come. Blocks the thread until either.
    ///
    /// A wait's events come first, then due timers, then the deadline, then the next wait, so that
    /// none can starve another.
    public mutating func next(until deadline: MeshInstant = .never) throws(SystemError) -> Event? {
        while true {
            while taken < readyCount {
                taken += 1
                if let event = take(queue.event(at: taken - 1)) { return event }
            }
            let now = queue.now
            if let token = timers.pop(at: now) { return .timer(token) }
            if tellsDeadline && deadline <= now {
                tellsDeadline = false
                return nil
            }
            taken = 0
            readyCount = 0
            readyCount = try queue.wait(until: min(deadline, timers.next))
            tellsDeadline = true
        }
    }

    private func take(_ event: Epoll.Event) -> Event? {
        let token = EventToken(rawValue: event.token)
        switch token {
        case Self.wakeToken:
            waker.acknowledge()
            return .woken
        case Self.signalToken:
            // The kernel reports the descriptor again while there are more.
            guard let signal = signals?.take() else { return nil }
            return .signal(signal)
        case _: return .ready(token, event.ready)
        }
    }
}

/// Wakes the thread of a reactor from any other thread, and may outlive it.
public final class Waker: Sendable {
    private let wakeUp: WakeUp

    init(_ wakeUp: consuming WakeUp) { self.wakeUp = wakeUp }

    var raw: Int32 { wakeUp.descriptor.raw }
    func acknowledge() { wakeUp.acknowledge() }

    /// The reactor's `next` returns `.woken` soon. What was written before this call is visible
    /// there after it, as far as both sides use it in a way that is safe for threads.
    public func wake() { wakeUp.signal() }
}
