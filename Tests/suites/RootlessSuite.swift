import Foundation
import Testing

/// The harness as a user without privileges.
///
/// `/dev/net/tun` may be root's alone here; the test opens its mode and puts it back. When the
/// tests are not root's, the other suites are rootless already.
@Suite(.serialized, .enabled(if: getuid() == 0)) struct RootlessSuite {
    @Test func `an unprivileged user can run a scenario`() throws {
        let device = "/dev/net/tun"
        let attributes = try FileManager.default.attributesOfItem(atPath: device)
        let mode = try #require(attributes[.posixPermissions] as? Int)
        defer {
            try? FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: device)
        }
        try FileManager.default.setAttributes([.posixPermissions: 0o666], ofItemAtPath: device)
        let tool = try Tool()
        defer { tool.remove() }
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o777], ofItemAtPath: tool.directory)
        // The build directory may lie where another user cannot go.
        for program in ["commy", "commy-init", "commy-traffic", "libcommy-clock.so"] {
            try FileManager.default.copyItem(
                atPath: "\(tool.products)/\(program)", toPath: "\(tool.directory)/\(program)")
        }
        try tool.write(
            "case.yaml",
            """
            name: rootless
            duration: 1s
            topology:
              hosts: [client, server]
            processes:
              web:
                on: server
                run: python3 -m http.server 80
                ready: { tcp: 80 }
            traffic:
              visit: { from: client, http: "http://server/", rate: 50/s, timeout: 500ms }
            expect:
              - { traffic: visit, success: ">= 95%" }
            """)
        let result = try tool.run([
            "/usr/bin/setpriv", "--reuid", "4711", "--regid", "4711", "--clear-groups",
            "\(tool.directory)/commy", "sim", "run", "case.yaml",
        ])
        #expect([0, 2].contains(result.status), "\(result.output)\(result.errors)")
        let log = tool.read("reports/latest/trace.jsonl")
        #expect(log.contains(#""sandbox":"user-namespaces""#))
        // Port 80 shows that the capability was given, and nothing else about the user.
        #expect(log.contains(#""event":"process_ready""#))
    }
}
