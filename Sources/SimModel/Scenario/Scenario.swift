/// A whole scenario file as checked values: what is built, what runs, what breaks, what must hold.
///
/// Every reference in it (host, process, traffic and fault names) has been resolved by the reader;
/// whoever runs it may look them up without a check.
public struct Scenario: Sendable, Equatable {
    public enum World: String, Sendable, Equatable, CaseIterable {
        case realtime, lockstep, simulated
    }
    public enum Tier: String, Sendable, Equatable, CaseIterable {
        case smoke, full, soak
    }
    public var name: String
    /// Why this scenario exists and why its numbers are what they are.
    public var why: String?
    public var tier: Tier = .full
    public var seed: UInt64 = 1
    /// From the moment all processes are ready to the end of traffic.
    public var duration: Duration = .seconds(10)
    public var world: World = .realtime
    /// Programs that must be installed, with the Debian package that has each.
    public var requires: [Requirement] = []
    public var topology = Topology()
    public var processes: [ProcessSpec] = []
    public var traffic: [TrafficSpec] = []
    public var faults: [FaultSpec] = []
    public var expectations: [ExpectationSpec] = []

    public init(name: String) {
        self.name = name
    }
}

/// `requires: [{ program: nginx, package: nginx-light }]`.
public struct Requirement: Sendable, Equatable {
    public var program: String
    public var package: String

    public init(program: String, package: String) {
        self.program = program
        self.package = package
    }
}
