/// What one node of the mesh has told of itself and of others, in the order of time.
struct NodeRecord: Sendable, Equatable {
    /// Something after which the node says, or is, something else.
    enum Change: Sendable, Equatable {
        /// Its process has started: it knows nothing.
        case began
        case ended
        case view(hash: String, alive: Int?)
        case catalog(hash: String)
        case member(String, MembersClaim.State)
    }
    struct Entry: Sendable, Equatable {
        var at: Int64
        var change: Change
    }

    /// `process@host`.
    let label: String
    let host: String
    private(set) var name: String
    private(set) var entries: [Entry] = []
    private var lives = false

    init(label: String, host: String) {
        self.label = label
        self.host = host
        name = host
    }

    /// Its process has started.
    mutating func began(at instant: Int64) {
        lives = true
        entries.append(Entry(at: instant, change: .began))
    }

    mutating func ended(at instant: Int64) {
        lives = false
        entries.append(Entry(at: instant, change: .ended))
    }

    /// Takes note of a report; one that says nothing of the mesh's state is passed over.
    mutating func told(_ report: ProcessReported, at instant: Int64) {
        // What a process has written before its end may be read after it.
        guard lives else { return }
        if report.kind == "started", let node = report.fields["node"] { name = node }
        guard let change = Self.change(report) else { return }
        entries.append(Entry(at: instant, change: change))
    }

    private static func change(_ report: ProcessReported) -> Change? {
        switch report.kind {
        case "view":
            return .view(
                hash: report.fields["hash"] ?? "",
                alive: report.fields["alive"].flatMap { Int($0) })
        case "catalog": return .catalog(hash: report.fields["hash"] ?? "")
        case "member":
            guard let peer = report.fields["peer"],
                let state = report.fields["state"].flatMap(MembersClaim.State.init)
            else { return nil }
            return .member(peer, state)
        case _: return nil
        }
    }
}
