internal import CommyBase
internal import CommyLinux
internal import CommyReactor
internal import Glibc
internal import SimTraffic
internal import Synchronization
internal import Testing

/// One whole run of the generator on a thread of its own, and the records that came out of its
/// pipe.
struct GeneratorRun {
    var requests: [TrafficRequest] = []
    var summary = TrafficSummary()
    /// Ordinals whose answers came once more.
    var repeated: [UInt64] = []
    var end: TrafficGenerator.End?

    /// How long the pipe may stay silent before the test fails instead of hanging.
    private static let patienceMilliseconds: Int32 = 60_000

    /// `count` requests from now on; the timeout is so long that only a test that means it runs
    /// out.
    static func configuration(
        _ address: SocketAddress, count: Int, perSecond: Int = 500,
        edit: (inout TrafficConfiguration) -> Void = { _ in }
    ) -> TrafficConfiguration {
        let span = Int64(count) * 1_000_000_000 / Int64(perSecond)
        var configuration = TrafficConfiguration(
            address: address, originNanoseconds: MonotonicClock().originNanoseconds,
            schedule: ArrivalSchedule(
                start: .zero, end: MeshInstant(nanoseconds: span),
                requestsPerMegasecond: UInt64(perSecond) * 1_000_000))
        configuration.timeoutNanoseconds = 30_000_000_000
        edit(&configuration)
        return configuration
    }

    /// Runs to the end. `isStopped`: SIGTERM is pending from the beginning. `isUnread`: nobody
    /// holds the other end of the pipe. `onRequest` is called
    /// with each record as soon as it is read.
    init(
        _ configuration: TrafficConfiguration, _ security: StreamSecurity? = nil,
        isStopped: Bool = false, isUnread: Bool = false,
        onRequest: (TrafficRequest) -> Void = { _ in }
    ) throws {
        let pipe = try FileDescriptor.pipe()
        let writeEnd = dup(pipe.writeEnd.raw)
        var records: FileDescriptor? = pipe.takeReadEnd()
        if isUnread { records = nil }
        let ending = Ending()
        let worker = try WorkerThread(name: "test-generator") {
            let output = FileDescriptor(owning: writeEnd)
            do {
                // They also keep SIGPIPE from ending the tests.
                let signals = isStopped || isUnread ? try StopSignals() : nil
                if isStopped { raise(SIGTERM) }
                let end = try TrafficGenerator.run(
                    configuration, security: security,
                    clock: .system(
                        MonotonicClock(originNanoseconds: configuration.originNanoseconds)),
                    output: output, signals: signals)
                ending.value.withLock { $0 = end }
            } catch {
                Issue.record("the generator failed: \(error)")
            }
        }
        defer {
            worker.join()
            end = ending.value.withLock { $0 }
        }
        if let records { try read(records, onRequest) }
    }

    private final class Ending: Sendable {
        let value = Mutex<TrafficGenerator.End?>(nil)
    }

    private mutating func read(
        _ records: borrowing FileDescriptor, _ onRequest: (TrafficRequest) -> Void
    ) throws {
        var reader = TrafficRecordReader()
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            try #require(try records.waitReadable(milliseconds: Self.patienceMilliseconds))
            guard let count = try records.read(into: &buffer), count > 0 else { break }
            reader.receive(buffer[..<count])
            while let record = try reader.next() {
                switch record {
                case .request(let request):
                    requests.append(request)
                    onRequest(request)
                case .repeated(let ordinal): repeated.append(ordinal)
                case .summary(let totals): summary = totals
                }
            }
        }
        #expect(reader.pendingByteCount == 0)
    }

    /// What holds after every run, whatever the server did.
    func expectConservation(_ count: Int, sourceLocation: SourceLocation = #_sourceLocation) {
        let overloaded = requests.count { $0.result == .overload }
        #expect(requests.count + Int(summary.abandoned) == count, sourceLocation: sourceLocation)
        #expect(Int(summary.decided) == requests.count, sourceLocation: sourceLocation)
        #expect(Int(summary.overloaded) == overloaded, sourceLocation: sourceLocation)
        #expect(
            summary.sent + summary.overloaded == summary.decided + summary.abandoned,
            sourceLocation: sourceLocation)
        if summary.abandoned == 0 {
            #expect(
                requests.map(\.ordinal).sorted() == Array(0..<UInt64(count)),
                sourceLocation: sourceLocation)
        }
    }
}
