internal import CLinux
internal import CommyLinux
internal import CommyMesh
internal import CommyReactor

/// What a node sees, as lines on standard output; written at the end of each turn.
///
/// The node never waits for its reader: what a pipe, a socket or a terminal has no room for is kept
/// up to a limit, then dropped and counted (`EventBacklog`). In a lockstep run it does wait, as
/// whoever gets the turn next must find all that was written; there the harness makes room.
struct EventOutput: ~Copyable {
    let isOn: Bool
    private let way: Way
    private var backlog = EventBacklog()
    /// The reader has no room, and the reactor tells when it has.
    private var isBlocked = false
    private var isGone = false

    /// Where the bytes go.
    private enum Way: ~Copyable {
        /// A file, or anything in a lockstep run: a write ends when all is written.
        case waits
        /// A description of its own of what standard output is, so that no other program which has
        /// that too is made non-blocking.
        case own(FileDescriptor)
        /// It cannot be opened a second time (a socket): then all who have it do not block.
        case shared
    }

    private static let standardOutput: Int32 = 1
    static let token = EventToken(
        kind: NodeRuntime.Kind.events, slot: Slot(index: 0, generation: 0))
    /// What a reader has to take the last lines of a node that is done.
    private static let partingMilliseconds: Int32 = 1_000

    init(isOn: Bool, _ reactor: borrowing Reactor) {
        self.isOn = isOn
        way = isOn && !reactor.clock.isVirtual ? Self.way(reactor) : .waits
    }

    /// epoll refuses what never blocks for long: files, and what is like one.
    private static func way(_ reactor: borrowing Reactor) -> Way {
        do throws(SystemError) {
            try reactor.add(standardOutput, [], token)
            try reactor.remove(standardOutput)
        } catch { return .waits }
        do throws(SystemError) {
            return .own(try .open("/proc/self/fd/1", flags: O_WRONLY | O_NONBLOCK))
        } catch {
            return clinux_set_nonblocking(standardOutput) < 0 ? .waits : .shared
        }
    }

    private var raw: Int32 {
        switch way {
        case .waits: Self.standardOutput
        case .shared: Self.standardOutput
        case .own(let descriptor): descriptor.raw
        }
    }

    private var mayWait: Bool {
        switch way {
        case .waits: true
        case .shared: false
        case .own: false
        }
    }

    mutating func add(_ event: NodeEvent) {
        guard isOn, !isGone else { return }
        let line = event.line
        if !backlog.hasRoom(for: line) { write() }
        backlog.add(line)
    }

    /// At the end of a turn: all that there is room for goes out.
    mutating func flush(_ reactor: borrowing Reactor) {
        guard !backlog.isEmpty, !isBlocked else { return }
        write()
        guard !backlog.isEmpty else { return }
        // Without memory for it, the next turn tries again.
        isBlocked = (try? reactor.add(raw, .writable, Self.token)) != nil
    }

    /// The reactor has told of room, or that there is no reader any more.
    mutating func ready(_ reactor: borrowing Reactor) {
        write()
        guard backlog.isEmpty else { return }
        isBlocked = false
        try? reactor.remove(raw)
    }

    /// The node is done: its last lines wait a moment for a slow reader.
    mutating func finish() {
        write()
        while !backlog.isEmpty, clinux_wait_writable(raw, Self.partingMilliseconds) > 0 { write() }
    }

    /// A reader that has gone away is no reason to stop serving.
    private mutating func write() {
        let raw = raw
        while !backlog.isEmpty {
            let count = unsafe backlog.withUnsent { bytes in
                unsafe clinux_write(raw, bytes.baseAddress!, bytes.count)
            }
            if count == -Int(EINTR) { continue }
            if count == -Int(EAGAIN) {
                guard mayWait else { return }
                _ = clinux_wait_writable(raw, -1)
                continue
            }
            guard count > 0 else {
                isGone = true
                backlog.clear()
                return
            }
            backlog.sent(count)
        }
    }
}
