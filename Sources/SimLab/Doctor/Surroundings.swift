internal import CLinux
internal import Foundation

/// What kind of place the harness runs in, as far as advice depends on it.
struct Surroundings {
    let kernelRelease: String
    let isContainer: Bool
    let isGitHubRunner: Bool

    init() {
        kernelRelease = Self.read("/proc/sys/kernel/osrelease") ?? "?"
        let environment = ProcessInfo.processInfo.environment
        isContainer =
            FileManager.default.fileExists(atPath: "/.dockerenv")
            || FileManager.default.fileExists(atPath: "/run/.containerenv")
            || environment["container"] != nil
        isGitHubRunner = environment["GITHUB_ACTIONS"] == "true"
    }

    var kernel: (Int, Int) {
        let parts = kernelRelease.split(whereSeparator: { !$0.isNumber }).prefix(2).compactMap {
            Int($0)
        }
        return (parts.first ?? 0, parts.dropFirst().first ?? 0)
    }

    /// What a command needs in front of it.
    var sudo: String { clinux_user() == 0 ? "" : "sudo " }

    /// The command that allows user namespaces here.
    var userNamespaceCure: String {
        if isContainer {
            return "start the container with: --security-opt seccomp=unconfined "
                + "--security-opt apparmor=unconfined --device /dev/net/tun"
        }
        for (path, off, setting) in Self.switches where Self.read(path) == off {
            return "sudo sysctl -w \(setting)"
        }
        return "run commy with sudo"
    }

    /// Switches that forbid user namespaces: the file, its forbidding value, and the setting that
    /// allows them. Ubuntu 24.04 and GitHub's runners have the first, Debian's kernels before 11
    /// the second.
    private static let switches = [
        (
            "/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1",
            "kernel.apparmor_restrict_unprivileged_userns=0"
        ),
        (
            "/proc/sys/kernel/unprivileged_userns_clone", "0",
            "kernel.unprivileged_userns_clone=1"
        ),
        ("/proc/sys/user/max_user_namespaces", "0", "user.max_user_namespaces=10000"),
    ]

    private static func read(_ path: String) -> String? {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
