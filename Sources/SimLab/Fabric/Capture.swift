internal import CommyBase
internal import CommyLinux
internal import SimModel

/// What is captured of the packets of a run.
public enum CaptureMode: String, Sendable, CaseIterable {
    case off
    /// One file per link; every packet once, when its fate is decided, with a comment.
    case links
    /// One file per host; what its interface sends and receives.
    case hosts
}

/// Collects packets on the fabric's thread and hands whole buffers to a thread that writes them.
///
/// Each file holds at most `fileLimit` bytes; then it ends with a note and takes no more.
struct Capture: ~Copyable {
    /// Bytes of one file: 64 MiB are 400,000 packets of 160 kept bytes.
    static let defaultFileLimit = 64 << 20
    /// Bytes of a packet that are kept: headers and the beginning of the payload.
    static let snapBytes = 192
    /// Bytes that one file collects before they are handed over.
    private static let handOverThreshold = 64 << 10

    let mode: CaptureMode
    private let writer: CaptureWriter
    private let fileLimit: Int
    private let epochOffset: Int64
    private var files: [File] = []
    /// File number by link or host number.
    private var fileOfSubject: [Int: Int] = [:]

    private struct File {
        var encoder: PcapngWriter
        var byteCount = 0
        var isFull = false
    }

    /// `fileLimit` in bytes; `epochOffset` from the run's clock to the nanoseconds since 1970.
    init(
        mode: CaptureMode, writer: CaptureWriter, epochOffset: Int64,
        fileLimit: Int = Capture.defaultFileLimit
    ) {
        self.mode = mode
        self.fileLimit = fileLimit
        self.writer = writer
        self.epochOffset = epochOffset
    }

    /// Adds a packet to the file of a link or a host.
    mutating func add(
        _ packet: UnsafeRawBufferPointer, subject: Int, name: @autoclosure () -> String,
        at instant: MeshInstant, inbound: Bool, comment: String?
    ) {
        let place = file(of: subject, name())
        if files[place].isFull { return }
        let before = files[place].encoder.pendingByteCount
        let last = files[place].byteCount > fileLimit
        let note = last ? "the capture is full; it ends here" : comment
        unsafe files[place].encoder.append(
            packet: packet, interface: 0, epochNanoseconds: epochOffset + instant.nanoseconds,
            inbound: inbound, comment: note)
        files[place].byteCount += files[place].encoder.pendingByteCount - before
        files[place].isFull = last
        if files[place].encoder.pendingByteCount > Self.handOverThreshold { handOver(place) }
    }

    /// Hands over what is left.
    mutating func finish() {
        for place in files.indices { handOver(place) }
    }

    private mutating func handOver(_ place: Int) {
        writer.write(files[place].encoder.takeBytes(), file: place)
    }

    private mutating func file(of subject: Int, _ name: String) -> Int {
        if let known = fileOfSubject[subject] { return known }
        let place = files.count
        fileOfSubject[subject] = place
        files.append(
            File(encoder: PcapngWriter(interfaces: [name], snapBytes: Self.snapBytes)))
        writer.open(name: name)
        return place
    }
}
