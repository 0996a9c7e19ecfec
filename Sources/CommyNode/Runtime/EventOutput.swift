internal import CLinux
internal import CommyMesh

/// What a node sees, as lines on standard output; written at the end of each turn.
struct EventOutput {
    let isOn: Bool
    private var pending: [UInt8] = []

    init(isOn: Bool) { self.isOn = isOn }

    mutating func add(_ event: NodeEvent) {
        guard isOn else { return }
        pending += event.line.utf8
        pending.append(0x0a)
    }

    /// A reader that has gone away is no reason to stop serving.
    mutating func flush() {
        var offset = 0
        while offset < pending.count {
            let count = unsafe pending.withUnsafeBytes { bytes in
                unsafe clinux_write(1, bytes.baseAddress! + offset, bytes.count - offset)
            }
            if count == -Int(EINTR) { continue }
            guard count > 0 else { break }
            offset += count
        }
        pending.removeAll(keepingCapacity: true)
    }
}
