internal import CommyBase

/// The section `mesh:`: a node of one mesh on each of these hosts.
///
/// A node has the name of its host and a certificate of the scenario's own authority. The processes
/// that run nodes are called `MeshSpec.processName` and stand first among the scenario's processes.
public struct MeshSpec: Sendable, Equatable {
    /// Whom a node knows at its start.
    public enum Join: Sendable, Equatable {
        /// These nodes.
        case hosts([String])
        /// The one before it in the file; the first knows nobody.
        case chain
        /// Everybody.
        case all
    }
    /// The addresses at which a node listens.
    public enum Paths: String, Sendable, Equatable, CaseIterable {
        case ipv4, ipv6
        /// Two addresses, so that one path may die.
        case both
    }

    /// The trust domain.
    public var name = "mesh"
    /// Hosts that have a node, in file order.
    public var nodes: [String]
    public var join = Join.all
    public var paths = Paths.ipv4
    public var port: UInt16 = 7_400
    /// Limits of the node program's, in its own spelling.
    public var limits: [NamedText] = []
    /// How long a certificate is valid from the run's begin on.
    public var certificateLife: Duration = .seconds(86_400)
    /// What is run as a node; nil is `commyd`.
    public var program: [String]?
    /// Further arguments of every node.
    public var arguments: [String] = []

    /// The name of the processes that run nodes.
    public static let processName = "commyd"
    /// Where a node listens for processes of its host, and keeps its identity.
    public static let runDirectory = "/run/commy/mesh"

    public init(nodes: [String]) {
        self.nodes = nodes
    }

    /// The host of the first node that another one may join by.
    public func joined(by host: String) -> [String] {
        switch join {
        case .hosts(let hosts): return hosts.filter { $0 != host }
        case .all: return nodes.filter { $0 != host }
        case .chain:
            guard let place = nodes.firstIndex(of: host), place > 0 else { return [] }
            return [nodes[place - 1]]
        }
    }

    /// The words that start the node of a host, with the placeholders of `ProcessSpec`.
    public func words(on host: String, zone: [String]) -> [String] {
        var words = program ?? ["{{commyd}}"]
        words += ["--name", host, "--mesh", name]
        for address in addresses(of: nil) { words += ["--listen", address] }
        for other in joined(by: host) {
            for address in addresses(of: other) { words += ["--join", address] }
        }
        words += [
            "--certificate", MeshFile.certificate.path, "--key", MeshFile.key.path,
            "--trust", MeshFile.trust.path, "--run-dir", Self.runDirectory,
        ]
        if !zone.isEmpty { words += ["--zone", zone.joined(separator: "/")] }
        for limit in limits { words += ["--limit", "\(limit.name)=\(limit.value)"] }
        return words + ["--events"] + arguments
    }

    private func addresses(of host: String?) -> [String] {
        let tail = host.map { ":\($0)" } ?? ""
        let four = "{{address\(tail)}}:\(port)"
        let six = "[{{address6\(tail)}}]:\(port)"
        switch paths {
        case .ipv4: return [four]
        case .ipv6: return [six]
        case .both: return [four, six]
        }
    }
}

/// The files of a node's identity, in PEM.
public enum MeshFile: String, Sendable, Equatable, CaseIterable {
    case certificate = "node.pem"
    case key = "node.key"
    case trust = "trust.pem"

    /// Where it lies on a host.
    public var path: String { "\(MeshSpec.runDirectory)/\(rawValue)" }
}

/// One entry under `services:`: who serves it, where, and how.
///
/// Each instance is a process that is attached to the node of its host. It is called like the
/// service; with several on each host `orders-1`, `orders-2`, ..., and the service's name means all
/// of them.
public struct ServiceSpec: Sendable, Equatable {
    /// What an instance does with a request.
    public enum Handler: String, Sendable, Equatable, CaseIterable {
        /// Sends the body back.
        case echo
        /// Answers with an error of the application.
        case fail
        /// Answers with nothing.
        case discard
    }

    public var name: String
    /// Hosts in file order, each with a node.
    public var hosts: [String]
    /// Instances on each host.
    public var instances = 1
    public var handler = Handler.echo
    /// From a request to its answer.
    public var work: Duration = .zero
    public var weight: Int?
    /// What instances say of themselves, by which callers may select.
    public var labels: [NamedText] = []

    public init(name: String, hosts: [String]) {
        self.name = name
        self.hosts = hosts
    }

    /// The names of its processes, as each of its hosts has them.
    public var processNames: [String] {
        instances == 1 ? [name] : (1...instances).map { "\(name)-\($0)" }
    }

    /// What an instance calls itself in its answers: its host, or `web/2`.
    public func label(of number: Int, on host: String) -> String {
        instances == 1 ? host : "\(host)/\(number)"
    }

    /// The words that start an instance, with the placeholders of `ProcessSpec`.
    public func words(number: Int) -> [String] {
        var words = [
            "{{commy-workload}}", "serve", "--run-dir", MeshSpec.runDirectory, "--node", "{{host}}",
            "--service", name, "--as", label(of: number, on: "{{host}}"), "--handler",
            handler.rawValue, "--work-ns", String(work.nanoseconds),
        ]
        if let weight { words += ["--weight", String(weight)] }
        for label in labels { words += ["--label", "\(label.name)=\(label.value)"] }
        return words + ["--events"]
    }
}

/// A name and a text, whatever they mean to who reads them.
public struct NamedText: Sendable, Equatable {
    public var name: String
    public var value: String

    public init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}
