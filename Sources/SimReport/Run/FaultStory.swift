internal import SimModel

/// A fault as it happened. Times are nanoseconds since the traffic's start.
public struct FaultStory: Sendable {
    public let name: String
    public let verb: String
    public let begin: Int64
    public internal(set) var end: Int64?
    public let targets: [String]
    public internal(set) var touched: UInt64?
    /// False when its effect was looked for after its end and was still there.
    public internal(set) var mended: Bool?
    /// What made it begin, and how its proof was seen; empty when there is nothing to say.
    public internal(set) var details: [String] = []

    init(_ fault: FaultTransition, at: Int64) {
        name = fault.fault
        verb = fault.verb
        begin = at
        targets = fault.targets
        details = fault.detail.map { [$0] } ?? []
    }

    mutating func healed(_ fault: FaultTransition, at: Int64) {
        // A restart is over at once; its closing entry comes when the run ends.
        end = verb == "restart" || verb == "trust" ? begin : at
        touched = fault.touched
        mended = fault.mended
        if let detail = fault.detail { details.append(detail) }
        if fault.mended == false { details.append("its effect was still there after its end") }
    }

    /// `31 packets`; nil while it is not known.
    public var touchedText: String? {
        guard let touched else { return nil }
        let (one, many) = noun
        return "\(FigureText.count(Int(touched))) \(touched == 1 ? one : many)"
    }

    private var noun: (String, String) {
        switch verb {
        case "cut", "partition", "flap", "degrade", "bufferbloat", "mtu-black-hole", "reset":
            ("packet", "packets")
        case "full-disk": ("host", "hosts")
        case "exec": ("command", "commands")
        default: ("process", "processes")
        }
    }
}

/// A fault that never began, because what it waited for has not happened.
public struct MissedFault: Sendable {
    public let name: String
    public let verb: String
    /// How far its condition had come.
    public let progress: String
}
