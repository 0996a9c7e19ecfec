internal import CLinux
internal import CommyLinux
internal import Foundation

/// Finds out whether this machine can run scenarios, and what would mend what it lacks.
public struct Doctor {
    public enum Status: String, Sendable, Codable {
        case ok
        /// Scenarios run, but something is worse than it could be.
        case warning
        /// Scenarios cannot run.
        case missing
    }

    /// One thing that was looked at.
    public struct Finding: Sendable, Codable {
        public var check: String
        public var status: Status
        /// What was found.
        public var detail: String
        /// The one command that mends it, or advice where no command does.
        public var cure: String?
    }

    private let surroundings: Surroundings

    public init() {
        surroundings = Surroundings()
    }

    /// All checks, the decisive ones last: a host is really started.
    public func examine() -> [Finding] {
        [
            kernel(), processors(), descriptors(), programs(), tunDevice(), userNamespaces(),
            helperPrograms(), trial(),
        ]
    }

    private func kernel() -> Finding {
        let (major, minor) = surroundings.kernel
        let text = "Linux \(surroundings.kernelRelease)"
        // pidfd_open and clone's CLONE_PIDFD: 5.3; close_range: 5.9; mount_setattr: 5.12.
        if (major, minor) >= (5, 12) {
            return Finding(check: "kernel", status: .ok, detail: text)
        }
        if (major, minor) >= (5, 9) {
            return Finding(
                check: "kernel", status: .warning,
                detail: "\(text): hosts can write to this machine's files (no mount_setattr)",
                cure: "use Linux 5.12 or newer")
        }
        return Finding(
            check: "kernel", status: .missing, detail: "\(text) is too old",
            cure: "use Linux 5.12 or newer")
    }

    private func processors() -> Finding {
        let count = ProcessInfo.processInfo.activeProcessorCount
        return count >= 2
            ? Finding(check: "processors", status: .ok, detail: "\(count)")
            : Finding(
                check: "processors", status: .warning,
                detail: "only \(count): the fabric and the programs wait for each other",
                cure: "give the machine a second processor for latencies below a millisecond")
    }

    private func descriptors() -> Finding {
        var limit = rlimit()
        unsafe getrlimit(__rlimit_resource_t(7), &limit)
        // A host takes five descriptors, a process three.
        let hosts = Int(clamping: limit.rlim_max) / 12
        let detail = "\(limit.rlim_max) open files: about \(min(hosts, 250)) hosts"
        return hosts >= 50
            ? Finding(check: "open files", status: .ok, detail: detail)
            : Finding(
                check: "open files", status: .warning, detail: detail,
                cure: "ulimit -Hn 65536   (as root, in the shell that starts commy)")
    }

    private func programs() -> Finding {
        let wanted = [("nginx", "nginx-light"), ("haproxy", "haproxy")]
        let absent = wanted.filter { !ProgramSearch.finds($0.0) }
        guard !absent.isEmpty else {
            return Finding(
                check: "demo programs", status: .ok,
                detail: wanted.map(\.0).joined(separator: ", "))
        }
        return Finding(
            check: "demo programs", status: .warning,
            detail: "not installed: \(absent.map(\.0).joined(separator: ", "))",
            cure: "\(surroundings.sudo)apt-get install \(absent.map(\.1).joined(separator: " "))")
    }

    private func tunDevice() -> Finding {
        let path = "/dev/net/tun"
        guard FileManager.default.fileExists(atPath: path) else {
            let cure =
                surroundings.isContainer
                ? "start the container with: --device /dev/net/tun"
                : "\(surroundings.sudo)modprobe tun"
            return Finding(
                check: path, status: .missing, detail: "there is none", cure: cure)
        }
        if unsafe clinux_can_read_write(path) {
            return Finding(check: path, status: .ok, detail: "can be opened by this user")
        }
        return Finding(
            check: path, status: .missing, detail: "this user may not open it",
            cure: "sudo chmod 0666 \(path)")
    }

    private func userNamespaces() -> Finding {
        let result = clinux_try_user_namespace()
        if result == 0 {
            return Finding(
                check: "user namespaces", status: .ok,
                detail: "allowed: scenarios need no privilege")
        }
        let isRoot = clinux_user() == 0
        let name = unsafe String(cString: clinux_error_name(-result))
        return Finding(
            check: "user namespaces", status: isRoot ? .warning : .missing,
            detail: isRoot
                ? "refused (\(name)): hosts are made with root's own privileges instead"
                : "refused to this user (\(name))",
            cure: surroundings.userNamespaceCure)
    }

    private func helperPrograms() -> Finding {
        do throws(SystemError) {
            let program = try SiblingProgram(named: "commy-init")
            _ = try SiblingProgram(named: "commy-traffic")
            return Finding(check: "installation", status: .ok, detail: program.directory)
        } catch {
            return Finding(
                check: "installation", status: .missing, detail: "\(error)",
                cure: "./dev build   (commy, commy-init and commy-traffic belong in one directory)")
        }
    }

    /// Starts a host and looks at it from inside.
    private func trial() -> Finding {
        do {
            let environment = try SandboxEnvironment(visible: [])
            let host = try HostSandbox(name: "trial", index: 0, environment: environment)
            defer { host.leave() }
            try host.beginSetUp(hostsFile: "127.0.0.1 localhost\n", offload: false, visible: [])
            _ = try host.finishSetUp(mtu: 1_500)
            let kind = environment.isolationName
            guard host.degradations.isEmpty else {
                return Finding(
                    check: "a host", status: .warning,
                    detail: "starts (\(kind)), but " + host.degradations.joined(separator: "; "),
                    cure: surroundings.isContainer
                        ? "start the container with: --security-opt systempaths=unconfined" : nil)
            }
            return Finding(check: "a host", status: .ok, detail: "starts (\(kind))")
        } catch {
            let problem = (error as? LabError)?.problem ?? "\(error)"
            return Finding(
                check: "a host", status: .missing, detail: problem,
                cure: "mend what is above, then run this again")
        }
    }
}
