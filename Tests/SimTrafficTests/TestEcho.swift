internal import CommyBase
internal import CommyLinux
internal import CommyReactor
internal import SimTraffic
internal import Synchronization
internal import Testing

/// An echo server on a thread of its own; `stop` ends it.
final class TestEcho: Sendable {
    let tcp: SocketAddress
    let udp: SocketAddress
    private let wakeUp: WakeUp
    private let thread = Mutex<WorkerThread?>(nil)

    init(_ security: StreamSecurity? = nil) throws {
        let wakeUp = try WakeUp()
        let server = try EchoServer(
            tcp: 0, udp: 0, security: security, clock: .system(MonotonicClock()))
        tcp = .loopback(port: try #require(try server.tcpAddress()).port)
        udp = .loopback(port: try #require(try server.udpAddress()).port)
        self.wakeUp = wakeUp
        let box = Mutex<EchoServer?>(consume server)
        let worker = try WorkerThread(name: "test-echo") { [self] in
            do {
                try box.withLock { try $0?.run(until: self.wakeUp.descriptor) }
            } catch {
                Issue.record("the echo server failed: \(error)")
            }
        }
        thread.withLock { $0 = worker }
    }

    func stop() {
        wakeUp.signal()
        thread.withLock { $0 }?.join()
    }
}
