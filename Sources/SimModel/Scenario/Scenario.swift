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
    /// Words that a filter can select it by.
    public var tags: [String] = []
    /// What the variables of the file were set to in this reading of it: those of its matrix and
    /// those that were given from outside. Empty for a file without either.
    public var settings: [Setting] = []
    public var seed: UInt64 = 1
    /// From the moment all processes are ready to the end of traffic. With phases: their sum.
    public var duration: Duration = .seconds(10)
    /// Named spans of the duration, one after the other from its begin to its end; or none.
    public var phases: [Phase] = []
    /// The whole run must be over this long after its start, on the wall clock; nil is
    /// `defaultTimeout`.
    public var timeout: Duration?
    public var world: World = .realtime
    /// Whoever runs it has chosen the world; it is not the file's own.
    public var isWorldChosen = false
    /// Programs that must be installed, with the Debian package that has each.
    public var requires: [Requirement] = []
    public var topology = Topology()
    /// The mesh whose nodes run on the hosts, if there is one.
    public var mesh: MeshSpec?
    public var services: [ServiceSpec] = []
    /// Also the processes of the mesh and of services, which come first.
    public var processes: [ProcessSpec] = []
    public var traffic: [TrafficSpec] = []
    public var faults: [FaultSpec] = []
    public var expectations: [ExpectationSpec] = []

    public init(name: String) {
        self.name = name
    }

    /// The name and what the variables were set to: what tells the scenarios of a matrix apart.
    public var title: String { Self.title(name, settings.map(\.text)) }

    /// The title of a scenario with such a name and such settings (`loss=1%`).
    public static func title(_ name: String, _ settings: [String]) -> String {
        settings.isEmpty ? name : "\(name) [\(settings.joined(separator: ", "))]"
    }
}

extension Scenario {
    /// What a run may take when the file does not say: its duration, and two minutes for starting,
    /// stopping and a slow machine.
    public var defaultTimeout: Duration { duration + .seconds(120) }

    /// The phase whose requests count only where a scope names it.
    public static let warmUpPhase = "warm-up"

    /// The processes that are called so: also those of a service with several instances on a host.
    public func processes(named name: String) -> [ProcessSpec] {
        processes.filter { $0.isCalled(name) }
    }

    /// The command of a process on one host, with placeholders.
    public func command(of process: ProcessSpec, on host: String) -> ProcessSpec.Command {
        switch process.role {
        case .program, .instance: return process.command
        case .node:
            guard let mesh else { preconditionFailure("a node belongs to a mesh") }
            let zone = topology.hosts.first { $0.name == host }?.zone ?? []
            return .arguments(mesh.words(on: host, zone: zone))
        }
    }

    public func phase(_ name: String) -> Phase? { phases.first { $0.name == name } }
}

/// One entry under `phases:`; begin and end count from the start of the traffic phase.
public struct Phase: Sendable, Equatable {
    public var name: String
    public var begin: Duration
    public var end: Duration

    public init(name: String, begin: Duration, end: Duration) {
        self.name = name
        self.begin = begin
        self.end = end
    }
}

/// A variable and its value in one reading of a file.
public struct Setting: Sendable, Equatable {
    public var name: String
    public var value: String

    public init(name: String, value: String) {
        self.name = name
        self.value = value
    }

    /// As the command line and reports have it: `loss=1%`.
    public var text: String { "\(name)=\(value)" }
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
