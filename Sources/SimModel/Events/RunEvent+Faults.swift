/// A fault took hold or was healed.
public struct FaultTransition: Sendable, Equatable, Codable {
    public var fault: String
    public var verb: String
    /// Hosts, processes (`nginx@web-1`) or links (`web>orders`) that it hit.
    public var targets: [String]
    /// On healing: how many packets it dropped or changed, or how many processes it hit. The proof
    /// that it took hold; zero makes the run fail.
    public var touched: UInt64?
    /// What made it begin, for a fault that waited for events; or how its proof was seen.
    public var detail: String?
    /// On healing: whether its effect was seen to be gone; nil where other events tell.
    public var mended: Bool?

    public init(
        fault: String, verb: String, targets: [String], touched: UInt64? = nil,
        detail: String? = nil, mended: Bool? = nil
    ) {
        self.fault = fault
        self.verb = verb
        self.targets = targets
        self.touched = touched
        self.detail = detail
        self.mended = mended
    }
}

/// A fault was never begun: what it waited for has not happened.
public struct FaultMissed: Sendable, Equatable, Codable {
    public var fault: String
    public var verb: String
    /// How far its condition had come: `step 2 of 3: 1 of 5`.
    public var progress: String

    public init(fault: String, verb: String, progress: String) {
        self.fault = fault
        self.verb = verb
        self.progress = progress
    }
}
