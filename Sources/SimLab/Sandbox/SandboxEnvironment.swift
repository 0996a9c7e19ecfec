internal import CLinux
internal import CommyLinux

/// What this machine allows, found out once per run: how hosts are isolated and who their processes
/// are.
public final class SandboxEnvironment: Sendable {
    let initExecutable: FileDescriptor
    let isolation: InitProcess.Isolation
    /// What the harness's user looks like on a host.
    let insideUser: UInt32
    let insideGroup: UInt32
    /// Whom processes run as, when it is not the user of process 1.
    let processUser: UInt32?
    let processGroup: UInt32?
    /// Directories that a host must see although they lie under one that it has of its own.
    let visible: [String]
    let traffic: SiblingProgram
    /// What the dynamic linker loads into processes whose wall clock a fault changes.
    let clockLibrary: SiblingProgram

    /// Programs see themselves as this user when the harness is root: not root, so that servers do
    /// not try to change their user, and with a name on every system.
    static let nobody: UInt32 = 65_534

    /// `isolation` nil chooses: user namespaces where the kernel lets us make them, root otherwise.
    public init(isolation wanted: Isolation? = nil, visible: [String]) throws {
        clinux_raise_file_limit()
        let initProgram = try SiblingProgram(named: "commy-init")
        traffic = try SiblingProgram(named: "commy-traffic")
        clockLibrary = try SiblingProgram(named: "libcommy-clock.so")
        initExecutable = try initProgram.open()
        let user = clinux_user()
        let isolation = wanted ?? (Self.userNamespacesWork() ? .userNamespaces : .root)
        guard isolation == .userNamespaces || user == 0 else {
            throw LabError(
                "this kernel refuses user namespaces to user \(user)",
                cure: "run 'commy sim doctor' for the one command that allows them, or use sudo")
        }
        switch isolation {
        case .userNamespaces:
            self.isolation = .userNamespaces
            insideUser = user == 0 ? Self.nobody : user
            insideGroup = user == 0 ? Self.nobody : clinux_group()
            processUser = nil
            processGroup = nil
        case .root:
            self.isolation = .root
            insideUser = 0
            insideGroup = 0
            processUser = unsafe clinux_sudo_id("SUDO_UID", Self.nobody)
            processGroup = unsafe clinux_sudo_id("SUDO_GID", Self.nobody)
        }
        self.visible = visible + [initProgram.directory]
    }

    /// Programs that only a mesh needs.
    enum MeshProgram: String {
        case node = "commyd"
        case workload = "commy-workload"
    }

    /// The path of a program that lies beside this one.
    func program(_ program: MeshProgram) throws -> String {
        do throws(SystemError) {
            return try SiblingProgram(named: program.rawValue).path
        } catch {
            throw LabError(
                error, doing: "find \(program.rawValue), which the scenario's mesh needs",
                cure: "build it: swift build --product \(program.rawValue)")
        }
    }

    /// The name that reports give to the isolation in use.
    var isolationName: String {
        switch isolation {
        case .userNamespaces: Isolation.userNamespaces.rawValue
        case .root, .none: Isolation.root.rawValue
        }
    }

    /// How hosts are kept apart.
    public enum Isolation: String, Sendable, CaseIterable {
        case userNamespaces = "user-namespaces"
        case root
    }

    /// Makes a child in a user and a network namespace and reports whether that worked.
    static func userNamespacesWork() -> Bool {
        clinux_try_user_namespace() == 0
    }
}
