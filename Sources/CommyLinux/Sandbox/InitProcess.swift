internal import CLinux

/// A running `commy-init`: process 1 of a host, or the janitor of a run, or what keeps processors
/// awake.
///
/// It dies with the thread that started it, and its whole PID namespace with it; so start hosts
/// from a thread that lives as long as they shall.
public struct InitProcess: ~Copyable, Sendable {
    /// Which namespaces it gets.
    public enum Isolation: Int32, Sendable {
        /// None: for all but hosts.
        case none = 0
        /// User, mount, PID, network, UTS and IPC namespaces: needs no privilege where the kernel
        /// allows it.
        case userNamespaces = 1
        /// The same without the user namespace: needs root.
        case root = 2
    }

    public let pid: Int32
    public let pidfd: FileDescriptor

    /// Starts `executable` with `control` as its end of the conversation (a copy; the caller closes
    /// its own).
    ///
    /// With `.userNamespaces`, the caller's user and group look like `uid` and `gid` inside.
    public static func start(
        executable: borrowing FileDescriptor, mode: String, control: borrowing FileDescriptor,
        isolation: Isolation, uid: UInt32, gid: UInt32
    ) throws(SystemError) -> InitProcess {
        var pidfd: Int32 = -1
        let pid = unsafe clinux_start_init(
            executable.raw, mode, control.raw, isolation.rawValue, uid, gid, &pidfd)
        _ = try checked(pid, "clone with new namespaces")
        return InitProcess(pid: pid, pidfd: FileDescriptor(owning: pidfd))
    }

    /// SIGKILL: the kernel ends every process of the host with it.
    public func kill() {
        _ = clinux_pidfd_signal(pidfd.raw, 9)
    }

    /// The wait(2) status once it has ended, nil while it runs.
    public func collect() -> Int32? {
        var status: Int32 = 0
        return unsafe clinux_collect(pid, &status) == 0 ? status : nil
    }
}

/// Signals a process through its pidfd. The error ESRCH says that it has ended already.
public func signal(pidfd: borrowing FileDescriptor, _ number: Int32) throws(SystemError) {
    _ = try checked(clinux_pidfd_signal(pidfd.raw, number), "pidfd_send_signal \(number)")
}
