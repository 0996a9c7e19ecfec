internal import CLinux
internal import CommyBase
internal import CommyLinux
internal import Synchronization

/// Measures the fabric against a plain veth pair between the same two hosts, in the same run.
///
/// Delay: packets leave one host at 1,000/s; the receiving kernel notes the arrival of each. The
/// error is arrival minus departure minus the requested delay: what the network added, without the
/// receiver's own wake-up. Packets and bytes per second: one sender, one receiver, each a thread; a
/// window of unacknowledged packets keeps the sender from drowning the machine.
public struct FabricBenchmark {
    /// Called with a line about what is going on.
    private let progress: (String) -> Void
    /// How long each throughput measurement takes.
    private let seconds: Int
    private static let delays: [Duration] = [
        .zero, .milliseconds(1), .milliseconds(20), .milliseconds(100),
    ]

    public init(seconds: Int = 3, progress: @escaping (String) -> Void) {
        self.seconds = seconds
        self.progress = progress
    }

    public func run() throws -> [BenchFigure] {
        var figures: [BenchFigure] = []
        let plain = try TwoHosts(offload: false)
        try withExtendedLifetime(WakefulProcessors()) {
            progress("delay: veth")
            let veth = try delayErrors(plain, .veth, requested: .zero)
            for delay in Self.delays {
                progress("delay: fabric, \(delay.shortText)")
                try plain.setLatency(delay)
                figures += Self.figures(
                    delay, try delayErrors(plain, .fabric, requested: delay), veth: veth)
            }
        }
        try plain.setLatency(.zero)
        progress("packets per second")
        let packets = try packetRate(plain, .fabric)
        let vethPackets = try packetRate(plain, .veth)
        figures.append(
            BenchFigure("64-byte packets", "packets/s", packets, peer: ("veth", vethPackets))
                .atLeast(150_000))
        progress("bulk, packet by packet")
        let bulk = try bulkRate(plain, .fabric)
        let vethBulk = try bulkRate(plain, .veth)
        figures.append(
            BenchFigure("TCP bulk, 1500-byte packets", "Gbit/s", bulk, peer: ("veth", vethBulk)))
        plain.leave()
        let offloaded = try TwoHosts(offload: true)
        progress("bulk, with offload")
        let offloadBulk = try bulkRate(offloaded, .fabric)
        figures.append(
            BenchFigure("TCP bulk, offload", "Gbit/s", offloadBulk, peer: ("veth", vethBulk))
                .atLeast(8))
        offloaded.leave()
        return figures
    }

    private static func figures(_ delay: Duration, _ errors: [Int64], veth: [Int64])
        -> [BenchFigure]
    {
        let rows: [(String, Double, Double?)] = [
            ("p50", 0.5, 50), ("p99", 0.99, nil), ("p99.9", 0.999, 1_000),
        ]
        return rows.map { name, quantile, aim in
            let figure = BenchFigure(
                "delay \(delay.shortText): added error \(name)", "us",
                microseconds(errors, quantile), peer: ("veth", microseconds(veth, quantile)))
            return aim.map(figure.atMost) ?? figure
        }
    }

    /// Nearest rank, of sorted nanoseconds.
    private static func microseconds(_ sorted: [Int64], _ quantile: Double) -> Double {
        let rank = Int((quantile * Double(sorted.count)).rounded(.up))
        return Double(sorted[max(0, min(sorted.count - 1, rank - 1))]) / 1_000
    }

    // Each measurement below owns its sockets and closes them.

    /// Sorted errors in nanoseconds.
    private func delayErrors(_ hosts: TwoHosts, _ way: TwoHosts.Way, requested: Duration) throws
        -> [Int64]
    {
        let (sender, receiver) = try hosts.datagramSockets(way, port: 7_001)
        defer {
            MeasuringSocket.close(sender)
            MeasuringSocket.close(receiver)
        }
        _ = try checked(clinux_stamp_arrivals(receiver.raw), "SO_TIMESTAMPNS")
        let count = max(2_000, seconds * 1_000)
        // The first packets find cold caches; they are a start-up's, not a run's.
        let warmUp = 100
        let thread = try WorkerThread(name: "bench-send") {
            try? MonotonicClock.sharpenTimersOfThisThread()
            var due = clinux_monotonic()
            for _ in 0..<(count + warmUp) {
                due += 1_000_000
                clinux_sleep_until(due)
                var stamp = clinux_realtime()
                _ = unsafe clinux_write(sender.raw, &stamp, 8)
            }
        }
        var errors: [Int64] = []
        for number in 0..<(count + warmUp) {
            var stamp: Int64 = 0
            var arrival: Int64 = 0
            let length = unsafe clinux_receive_stamped(receiver.raw, &stamp, 8, &arrival)
            _ = try checked(length, "receive a measured packet")
            if number >= warmUp { errors.append(arrival - stamp - requested.nanoseconds) }
        }
        thread.join()
        return errors.sorted()
    }

    /// Received packets per second.
    private func packetRate(_ hosts: TwoHosts, _ way: TwoHosts.Way) throws -> Double {
        let (sender, receiver) = try hosts.datagramSockets(way, port: 7_002)
        defer {
            MeasuringSocket.close(sender)
            MeasuringSocket.close(receiver)
        }
        let end = clinux_monotonic() + Int64(seconds) * 1_000_000_000
        let thread = try WorkerThread(name: "bench-send") {
            let packet = [UInt8](repeating: 1, count: 64)
            var unacknowledged = 0
            while clinux_monotonic() < end {
                let sent = unsafe packet.withUnsafeBytes { bytes in
                    unsafe clinux_send_many(sender.raw, bytes.baseAddress!, bytes.count, 64)
                }
                unacknowledged += Int(max(0, sent))
                // An acknowledgement for each 256 packets; one that is lost costs a time-out.
                while unacknowledged >= 2_048 {
                    let count = clinux_receive_many(sender.raw, 64)
                    guard count > 0 else {
                        unacknowledged = 0
                        break
                    }
                    unacknowledged -= 256 * Int(count)
                }
            }
        }
        var received = 0
        var acknowledged = 0
        let begin = clinux_monotonic()
        while clinux_monotonic() < end {
            let count = clinux_receive_many(receiver.raw, 64)
            guard count > 0 else { continue }
            received += Int(count)
            while received - acknowledged >= 256 {
                acknowledged += 256
                var one: UInt8 = 1
                _ = unsafe clinux_write(receiver.raw, &one, 1)
            }
        }
        let elapsed = Double(clinux_monotonic() - begin) / 1e9
        thread.join()
        return Double(received) / elapsed
    }

    /// Received gigabits per second of one TCP connection.
    private func bulkRate(_ hosts: TwoHosts, _ way: TwoHosts.Way) throws -> Double {
        let (here, there) = way.addresses
        let listener = try MeasuringSocket.open(on: hosts.second, datagram: false)
        let sender = try MeasuringSocket.open(on: hosts.first, datagram: false)
        defer {
            MeasuringSocket.close(listener)
            MeasuringSocket.close(sender)
        }
        try MeasuringSocket.bind(listener, there, 7_003)
        _ = try checked(clinux_listen(listener.raw, 1), "listen")
        try MeasuringSocket.bind(sender, here, 0)
        try MeasuringSocket.connect(sender, there, 7_003)
        let receiver = FileDescriptor(
            owning: try checked(clinux_accept(listener.raw), "accept"))
        let end = clinux_monotonic() + Int64(seconds) * 1_000_000_000
        let thread = try WorkerThread(name: "bench-send") {
            let bytes = [UInt8](repeating: 7, count: 256 << 10)
            unsafe bytes.withUnsafeBytes { pointer in
                while clinux_monotonic() < end {
                    _ = unsafe clinux_write(sender.raw, pointer.baseAddress!, pointer.count)
                }
            }
        }
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        var received = 0
        let begin = clinux_monotonic()
        while clinux_monotonic() < end {
            received += try receiver.read(into: &buffer) ?? 0
        }
        let elapsed = Double(clinux_monotonic() - begin) / 1e9
        thread.join()
        return Double(received) * 8 / elapsed / 1e9
    }
}
