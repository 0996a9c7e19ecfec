internal import CommyLinux
internal import CommyMesh

/// Writes `@commy` lines; who does not read them loses them.
struct EventPrinter: ~Copyable {
    private let output: FileDescriptor
    private let isOn: Bool

    init(_ output: consuming FileDescriptor, isOn: Bool) {
        self.output = output
        self.isOn = isOn
    }

    func print(_ kind: String, _ fill: (inout EventLine) -> Void) {
        guard isOn else { return }
        var line = EventLine(kind)
        fill(&line)
        try? output.writeAll(Array("\(line.text)\n".utf8))
    }
}
