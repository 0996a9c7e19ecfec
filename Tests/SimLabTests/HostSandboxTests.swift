import CommyLinux
import SimModel
import Testing

@testable import SimLab

/// Starts real hosts: namespaces, a TUN device, processes.
@Suite(.serialized)
struct HostSandboxTests {
    /// Runs a shell line on a fresh host and returns what it printed.
    private func output(of line: String, capabilities: [String] = []) throws -> String {
        let environment = try SandboxEnvironment(visible: [])
        let host = try HostSandbox(name: "alpha", index: 4, environment: environment)
        try host.beginSetUp(
            hostsFile: "127.0.0.1 localhost\n10.77.0.9 beta\n", offload: false, visible: [])
        let tun = try host.finishSetUp(mtu: 1_500)
        _ = tun.raw
        let process = try host.launch(
            LaunchRequest(
                arguments: ["/bin/sh", "-c", line],
                environment: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"],
                directory: HostSandbox.directory + "/test", capabilities: capabilities),
            user: nil, group: nil)
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            _ = try process.standardOutput.waitReadable(milliseconds: 10_000)
            guard let count = try process.standardOutput.read(into: &buffer), count > 0 else {
                break
            }
            text += buffer[..<count]
        }
        host.leave()
        return String(decoding: text, as: UTF8.self)
    }

    @Test func `a host has its own name, processes, interface and files`() throws {
        let text = try output(
            of: """
                hostname; echo $$; getent hosts beta; cat /sys/class/net/net0/mtu
                ls /sys/class/net | tr '\\n' ' '; echo; pwd
                touch /usr/probe 2>/dev/null || echo read-only; touch /tmp/probe && ls /tmp
                cat /proc/net/fib_trie | grep -c 10.77.0.5; ls /dev/shm | wc -l
                """)
        let lines = text.split(separator: "\n").map(String.init)
        #expect(lines[0] == "alpha")
        #expect(Int(lines[1]) ?? 99 < 10, "the PID namespace is fresh")
        #expect(lines[2].contains("10.77.0.9"))
        #expect(
            Array(lines[3...7]) == ["1500", "lo net0 ", "/run/commy/test", "read-only", "probe"])
        #expect(lines.last == "0")
    }

    @Test func `a process has just the capabilities that it was given`() throws {
        let line = "grep -E 'Cap(Eff|Bnd|Amb)' /proc/self/status"
        let without = try output(of: line)
        #expect(without.contains("CapEff:\t0000000000000000"))
        #expect(without.contains("CapBnd:\t0000000000000000"))
        let with = try output(of: line, capabilities: ["net_bind_service"])
        #expect(with.contains("CapEff:\t0000000000000400"))
        #expect(with.contains("CapBnd:\t0000000000000400"))
    }

    @Test func `a process cannot change the machine`() throws {
        let text = try output(
            of: """
                (echo x > /proc/sys/kernel/hostname) 2>/dev/null || echo no-sysctl
                (echo x > /etc/commy-probe) 2>/dev/null || echo no-etc
                mount -t tmpfs none /mnt 2>/dev/null || echo no-mount
                """)
        #expect(text == "no-sysctl\nno-etc\nno-mount\n")
    }
}
