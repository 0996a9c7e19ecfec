/// What the run did about one fault of the scenario.
struct FaultRecord: Sendable, Equatable {
    let spec: FaultSpec
    /// When it took hold; nil if it never did.
    var began: Int64?
    /// How far its condition had come, when the run said that it never held.
    var missed: String?
    /// When it was healed, or closed at the end of the run; nil if it never was.
    var closed: Int64?
    /// What the closing entry says that it hit.
    var touched: UInt64?
    /// Whether the closing entry says that its effect is gone.
    var mended: Bool?
    /// Why, in the words of the closing entry.
    var detail: String?
    /// Hosts, processes or links that it hit.
    var targets: [String] = []

    init(spec: FaultSpec) {
        self.spec = spec
    }

    /// True when it began later than another one; those that are scheduled for one instant begin
    /// together, whichever was first.
    func follows(_ other: FaultRecord) -> Bool {
        if let at = spec.at, let otherAt = other.spec.at { return at > otherAt }
        guard let began, let otherBegan = other.began else { return false }
        return began > otherBegan
    }

    /// When it stops being active, as the scopes of expectations see it: at once for a restart, and
    /// never for a fault without `for`, whose closing entry only says that the run is over.
    var end: Int64? {
        guard let began else { return nil }
        switch spec.action {
        case .restart: return began
        case .crash, .powerLoss, .pause, .stop, .cut, .partition, .flap, .degrade, .bufferbloat,
            .mtuBlackHole, .reset, .clock, .cpu, .memory, .openFiles, .disk, .exec, .certificate,
            .trust:
            return spec.lasts == nil ? .max : closed ?? .max
        }
    }

    /// From where `after` counts: its end, or its begin when it never heals.
    var aftermath: Int64? {
        end == .max ? began : end
    }

    /// From when the processes that it took down must become ready again; nil when it takes none
    /// down, or for good.
    var bringsBackSince: Int64? {
        switch spec.action {
        case .restart: touched ?? 0 > 0 ? began : nil
        case .crash, .powerLoss, .stop: spec.lasts == nil ? nil : closed
        case .pause, .cut, .partition, .flap, .degrade, .bufferbloat, .mtuBlackHole, .reset,
            .clock, .cpu, .memory, .openFiles, .disk, .exec, .certificate, .trust:
            nil
        }
    }
}
