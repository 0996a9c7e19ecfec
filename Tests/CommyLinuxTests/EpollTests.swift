import CLinux
import CommyLinux
import Testing

struct EpollTests {
    @Test func `only descriptors that are ready are told, with their tokens`() throws {
        var epoll = try Epoll(capacity: 8)
        let quiet = try FileDescriptor.pipe()
        let loud = try FileDescriptor.pipe()
        try epoll.add(quiet.readEnd.raw, .readable, token: 1)
        try epoll.add(loud.readEnd.raw, .readable, token: .max - 1)
        #expect(try epoll.wait(nanoseconds: 0) == 0)
        try loud.writeEnd.writeAll([1])
        #expect(try epoll.wait(nanoseconds: -1) == 1)
        let event = epoll.event(at: 0)
        #expect(event.token == .max - 1 && event.ready == .readable)
        #expect(try epoll.wait(nanoseconds: 1_000) == 1, "level-triggered: told until it is read")
    }

    @Test func `an edge is told once`() throws {
        var epoll = try Epoll()
        let pipe = try FileDescriptor.pipe()
        try epoll.add(pipe.readEnd.raw, [.readable, .edgeTriggered], token: 1)
        try pipe.writeEnd.writeAll([1])
        #expect(try epoll.wait(nanoseconds: 0) == 1)
        #expect(try epoll.wait(nanoseconds: 0) == 0)
    }

    @Test func `interest can be changed and removed`() throws {
        var epoll = try Epoll()
        let pipe = try FileDescriptor.pipe()
        try epoll.add(pipe.writeEnd.raw, [], token: 1)
        #expect(try epoll.wait(nanoseconds: 0) == 0)
        try epoll.change(pipe.writeEnd.raw, .writable, token: 2)
        #expect(try epoll.wait(nanoseconds: 0) == 1)
        #expect(epoll.event(at: 0).token == 2 && epoll.event(at: 0).ready == .writable)
        try epoll.remove(pipe.writeEnd.raw)
        #expect(try epoll.wait(nanoseconds: 0) == 0)
        #expect(throws: SystemError.self) { try epoll.remove(pipe.writeEnd.raw) }
        #expect(throws: SystemError.self) { try epoll.add(-1, .readable, token: 0) }
    }

    @Test func `the end of a pipe is told without being asked for`() throws {
        var epoll = try Epoll()
        let ends = try rawPipe()
        let reader = FileDescriptor(owning: ends[0])
        try epoll.add(reader.raw, [], token: 5)
        #expect(try epoll.wait(nanoseconds: 0) == 0)
        do { _ = FileDescriptor(owning: ends[1]) }
        #expect(try epoll.wait(nanoseconds: -1) == 1)
        #expect(epoll.event(at: 0).ready == .hangUp)
    }

    @Test func `one wait returns at most the capacity and the next one the others`() throws {
        var epoll = try Epoll(capacity: 2)
        let first = try WakeUp()
        let second = try WakeUp()
        let third = try WakeUp()
        try epoll.add(first.descriptor.raw, .readable, token: 0)
        try epoll.add(second.descriptor.raw, .readable, token: 1)
        try epoll.add(third.descriptor.raw, .readable, token: 2)
        first.signal()
        second.signal()
        third.signal()
        var seen: Set<UInt64> = []
        for _ in 0..<2 {
            let count = try epoll.wait(nanoseconds: 0)
            #expect(count == 2)
            for index in 0..<count { seen.insert(epoll.event(at: index).token) }
        }
        #expect(seen == [0, 1, 2])
    }

    @Test func `many signals are one wake-up until it is acknowledged`() throws {
        let wake = try WakeUp()
        #expect(try !wake.descriptor.waitReadable(milliseconds: 0))
        for _ in 0..<3 { wake.signal() }
        #expect(try wake.descriptor.waitReadable(milliseconds: 0))
        wake.acknowledge()
        #expect(try !wake.descriptor.waitReadable(milliseconds: 0))
        wake.acknowledge()
    }

    @Test func `an event that the last wait did not return traps`() async {
        await #expect(processExitsWith: .failure) {
            let epoll = try Epoll(capacity: 4)
            _ = epoll.event(at: 0)
        }
        await #expect(processExitsWith: .failure) { _ = try Epoll(capacity: 0) }
    }
}
