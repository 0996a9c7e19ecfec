/// One entry under `processes:`: a command that runs on one or more hosts.
///
/// `command`, `environment` and the contents of `files` may use `{{host}}` (the host's name),
/// `{{address}}` (its IPv4 address), `{{address6}}`, `{{dir}}` (the process's own scratch
/// directory, where `files` are written and which is its working directory), `{{tls}}` (the
/// directory with the host's certificate, its key and the run's root) and `{{scenario}}` (the
/// directory of the scenario file); also `{{address:HOST}}` and `{{address6:HOST}}` (the address of
/// another host, which exists). The command of an `exec` readiness may use them as well. They are
/// filled in per host when the process is started, not by the reader.
public struct ProcessSpec: Sendable, Equatable {
    public enum Command: Sendable, Equatable {
        /// Program and arguments, run as they are.
        case arguments([String])
        /// A line for `/bin/sh -c`.
        case shell(String)
    }
    public enum Restart: String, Sendable, Equatable, CaseIterable {
        /// It stays dead, unless a fault brings it back.
        case never
        /// Started again when it ends with a failure that no fault caused.
        case onFailure = "on-failure"
        case always
    }
    /// What it is for the mesh of the scenario.
    public enum Role: Sendable, Equatable {
        case program
        /// The node of its host; its command follows from the section `mesh:` and the host.
        case node
        /// An instance of a service, by the service's name.
        case instance(of: String)
    }
    public var name: String
    public var role = Role.program
    /// Hosts that it runs on, in file order.
    public var hosts: [String]
    public var command: Command
    public var environment: [EnvironmentVariable] = []
    public var files: [ScratchFile] = []
    public var readiness: Readiness?
    /// How long readiness may take before the run is an error.
    public var readyWithin: Duration = .seconds(10)
    public var restart: Restart = .never
    /// The polite signal, by number (15 is SIGTERM), and how long it has before SIGKILL.
    public var stopSignal: Int32 = 15
    public var stopWithin: Duration = .seconds(5)
    /// Capabilities in libcap's spelling without `cap_`, in addition to none.
    public var capabilities: [String] = ["net_bind_service"]
    public var limits = ResourceLimits()
    /// Processes that must be ready before this one is started.
    public var after: [String] = []

    public init(name: String, hosts: [String], command: Command) {
        self.name = name
        self.hosts = hosts
        self.command = command
    }

    /// True for its own name, and for that of the service of which it is one of several instances.
    public func isCalled(_ name: String) -> Bool {
        self.name == name || role == .instance(of: name)
    }
}

/// One variable of a process's environment.
public struct EnvironmentVariable: Sendable, Equatable {
    public var name: String
    public var value: String

    public init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}

/// A file that is written into the scratch directory before the process starts.
public struct ScratchFile: Sendable, Equatable {
    /// Relative, without `..`.
    public var path: String
    public var content: String

    public init(path: String, content: String) {
        self.path = path
        self.content = content
    }
}

/// How the harness knows that a process is ready.
public enum Readiness: Sendable, Equatable {
    /// A TCP connection to this port on the process's own host succeeds.
    case tcp(port: UInt16)
    /// A GET on this port and path answers with a status below 400.
    case http(port: UInt16, path: String)
    /// A line of its output contains this text.
    case log(contains: String)
    /// A shell command on the host ends with 0.
    case exec(String)
    /// This long after its start.
    case delay(Duration)
}

/// Limits of each process, by setrlimit(2). Nil leaves the harness's own limit.
public struct ResourceLimits: Sendable, Equatable {
    public var openFiles: Int?
    public var memoryBytes: Int?
    public var processes: Int?
    public var fileBytes: Int?
    public var coreBytes: Int? = 0

    public init() {}
}
