internal import CommyBase
internal import CommyLinux
internal import CommyReactor

/// Gathers records and writes them in batches without ever waiting for the reader.
struct RecordOutput: ~Copyable {
    private let descriptor: FileDescriptor
    private var bytes: [UInt8] = []
    private var written = 0
    /// When the gathered records must be written; nil when there are none.
    private(set) var deadline: MeshInstant?

    init(_ descriptor: consuming FileDescriptor) throws(SystemError) {
        try descriptor.setNonBlocking()
        self.descriptor = descriptor
        bytes.reserveCapacity(2 * Limits.flushBytes)
    }

    var raw: Int32 { descriptor.raw }

    mutating func append(_ record: TrafficRecord, at now: MeshInstant) {
        record.encode(into: &bytes)
        if deadline == nil { deadline = now + .nanoseconds(Limits.flushNanoseconds) }
    }

    /// Writes when it is time; false when nobody reads any more, or too slowly.
    mutating func flush(at now: MeshInstant) -> Bool {
        guard let deadline, now >= deadline || bytes.count >= Limits.flushBytes else { return true }
        return write(at: now)
    }

    /// Writes the rest; false when it could not all be written in time.
    mutating func finish(_ clock: LoopClock) -> Bool {
        let limit = clock.now + .nanoseconds(Limits.lastWriteNanoseconds)
        while written < bytes.count {
            guard write(at: clock.now), clock.now < limit else { return false }
            if written < bytes.count { clock.sleep(until: clock.now + .milliseconds(1)) }
        }
        return true
    }

    private mutating func write(at now: MeshInstant) -> Bool {
        var isLost = false
        unsafe bytes.withUnsafeBytes { pointer in
            while written < pointer.count {
                let rest = unsafe UnsafeRawBufferPointer(rebasing: pointer[written...])
                do throws(SystemError) {
                    guard let count = unsafe try descriptor.write(rest) else { return }
                    written += count
                } catch {
                    isLost = true
                    return
                }
            }
        }
        guard !isLost else { return false }
        if written == bytes.count {
            bytes.removeAll(keepingCapacity: true)
            written = 0
            deadline = nil
            return true
        }
        deadline = now + .milliseconds(1)
        return bytes.count - written <= Limits.outputBytes && compact()
    }

    /// Keeps the memory bounded while the reader is slow.
    private mutating func compact() -> Bool {
        if written >= Limits.flushBytes {
            bytes.removeFirst(written)
            written = 0
        }
        return true
    }
}
