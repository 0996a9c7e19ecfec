/// Scenarios of a second or two that the suites about many runs share.
enum TinyScenario {
    /// A server and a client; `bound` is what the median must be.
    static func text(
        name: String, tags: [String] = [], duration: String = "1s", bound: String = ">= 1ms",
        head: String = ""
    ) -> String {
        """
        name: \(name)
        tier: smoke
        tags: [\(tags.joined(separator: ", "))]
        seed: 1
        duration: \(duration)
        \(head)
        topology:
          hosts: [client, server]
          links:
            - { between: [client, server], latency: 5ms }
        processes:
          web:
            on: server
            run: python3 -m http.server 8080
            ready: { tcp: 8080 }
        traffic:
          visit: { from: client, http: "http://server:8080/", rate: 20/s, timeout: 500ms }
        expect:
          - { traffic: visit, p50: "\(bound)" }
        """
    }

    /// Skipped everywhere: no machine has the program.
    static let skipped = text(
        name: "needs what nobody has",
        head: "requires: [{ program: no-such-program, package: no-such-package }]")
}
