import CLinux
import CommyBase
import CommyLinux
import CommyReactor
import Glibc
import Testing

@Suite struct ReactorTests {
    private func reactor() throws -> Reactor { try Reactor(clock: .system(MonotonicClock())) }

    @Test func `timers come in order, a cancelled one never, and the deadline last`() throws {
        var reactor = try reactor()
        let now = reactor.now
        let (first, second, third) = (
            EventToken(kind: 1), EventToken(kind: 2), EventToken(kind: 3)
        )
        reactor.setTimer(at: now + .milliseconds(2), second)
        reactor.setTimer(at: now + .milliseconds(1), first)
        let cancelled = reactor.setTimer(at: now, third)
        let answers = [reactor.cancelTimer(cancelled), reactor.cancelTimer(cancelled)]
        #expect(answers == [true, false])
        let event1 = try reactor.next()
        #expect(event1 == .timer(first))
        let event2 = try reactor.next()
        #expect(event2 == .timer(second))
        let event3 = try reactor.next(until: reactor.now + .milliseconds(1))
        #expect(event3 == nil)
        let count = reactor.timerCount
        #expect(count == 0)
    }

    @Test func `another thread wakes the loop, and many wake-ups are one`() throws {
        var reactor = try reactor()
        let waker = reactor.waker
        waker.wake()
        waker.wake()
        let event4 = try reactor.next()
        #expect(event4 == .woken)
        let event5 = try reactor.next(until: reactor.now)
        #expect(event5 == nil)
        let thread = try WorkerThread(name: "waker") { waker.wake() }
        let event6 = try reactor.next()
        #expect(event6 == .woken)
        thread.join()
    }

    @Test func `a deadline in the past still lets events through, and they let it through`() throws
    {
        var reactor = try reactor()
        let pair = try UnixSocket.pair()
        let token = EventToken(kind: 4)
        try reactor.add(pair.other.descriptor.raw, .readable, token)
        try pair.one.sendByte()
        let past = reactor.now
        var seen: [Reactor.Event?] = []
        // Nobody reads: the descriptor stays ready.
        for _ in 0..<4 { seen.append(try reactor.next(until: past)) }
        let ready = Reactor.Event.ready(token, .readable)
        #expect(seen == [ready, nil, ready, nil])
    }

    @Test func `due timers are not starved by ready descriptors`() throws {
        var reactor = try reactor()
        let pair = try UnixSocket.pair()
        try reactor.add(pair.other.descriptor.raw, .readable, EventToken(kind: 4))
        try pair.one.sendByte()
        _ = try reactor.next()
        let timer = EventToken(kind: 5)
        reactor.setTimer(at: reactor.now, timer)
        let two = [try reactor.next(), try reactor.next()]
        #expect(two.contains(.timer(timer)))
    }

    @Test func `an event of a closed connection names nothing, nor its successor`() throws {
        var reactor = try reactor()
        var table = SlotTable<FileDescriptor>(limit: 4)
        for _ in 0..<2 {
            let pair = try UnixSocket.pair()
            try pair.one.sendByte()
            let slot = table.insert(FileDescriptor(owning: dup(pair.other.descriptor.raw)))
            try reactor.add(
                table.with(slot) { $0.raw } ?? -1, .readable, EventToken(kind: 1, slot: slot))
        }
        guard case .ready(let first, _) = try reactor.next(),
            case .ready(let second, _) = try reactor.next()
        else {
            Issue.record("other events")
            return
        }
        // Both were reported in one wait; the handler of the first closes the second.
        let isRemoved = table.remove(second.slot) != nil
        #expect(isRemoved)
        let successor = table.insert(try UnixSocket.pair().takeOne())
        #expect(successor.index == second.slot.index)
        let known = [
            table.contains(second.slot), table.contains(successor), table.contains(first.slot),
        ]
        #expect(known == [false, true, true])
    }

    @Test func `signals become events`() throws {
        // The signal goes to this thread alone, which has it blocked by then.
        let result = try onOwnThread { () throws -> [Reactor.Event?] in
            var reactor = try Reactor(clock: .system(MonotonicClock()), takesSignals: true)
            pthread_kill(pthread_self(), SIGHUP)
            let first = try reactor.next()
            pthread_kill(pthread_self(), SIGTERM)
            let second = try reactor.next()
            return [first, second, try reactor.next(until: reactor.now)]
        }
        #expect(result == [.signal(.hangUp), .signal(.terminate), nil])
    }

    @Test func `the end of a process is an event`() throws {
        var reactor = try reactor()
        var command = try ChildCommand(["sleep", "60"])
        let token = EventToken(kind: 7)
        let watch = try ProcessWatch(processID: try command.processID())
        try reactor.add(watch.descriptor.raw, .readable, token)
        let event7 = try reactor.next(until: reactor.now + .milliseconds(5))
        #expect(event7 == nil)
        command.kill()
        guard case .ready(token, let interest) = try reactor.next() else {
            Issue.record("another event")
            return
        }
        #expect(interest.contains(.readable))
        let status = command.collect()
        #expect(status != nil)
    }

    private func onOwnThread<Value: Sendable>(
        _ body: @escaping @Sendable () throws -> Value
    ) throws -> Value {
        let box = ResultBox<Value>()
        let thread = try WorkerThread(name: "own") { box.result = Result { try body() } }
        thread.join()
        return try #require(box.result).get()
    }
}

/// Written by one thread, read by another after that has ended.
private final class ResultBox<Value: Sendable>: @unchecked Sendable {
    var result: Result<Value, any Error>?
}

extension UnixSocket {
    func sendByte() throws {
        let one: [UInt8] = [1]
        let sent = unsafe try one.withUnsafeBytes { unsafe try send($0) }
        #expect(sent == 1)
    }
}

extension UnixSocketPair {
    func takeOne() -> FileDescriptor { FileDescriptor(owning: dup(one.descriptor.raw)) }
}

extension ChildCommand {
    /// From the file that the kernel keeps of a descriptor.
    func processID() throws -> Int32 {
        let text = try WholeFile.read("/proc/self/fdinfo/\(pidfd.raw)")
        let line = try #require(
            String(decoding: text, as: UTF8.self).split(separator: "\n")
                .first { $0.hasPrefix("Pid:") })
        return try #require(Int32(line.dropFirst(4).drop { $0 == "\t" || $0 == " " }))
    }
}
