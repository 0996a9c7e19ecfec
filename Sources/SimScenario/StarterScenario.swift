/// The scenario that `commy sim init` writes: it teaches by being read, needs only python3, and
/// passes.
public enum StarterScenario {
    public static let text = """
        # A first scenario: run it with `commy sim run FILE`, and change it from there.
        # Every word of the language, with its default: `commy sim schema --reference`.

        # What it shows, as a sentence; reports call it so.
        name: a paused server is noticed and comes back

        # Why it exists, and why its numbers are what they are: the next reader will ask.
        why: |
          A server that stops answering without closing its connections is the failure that clients
          notice last. Here it is paused for two seconds, as a long garbage collection would.
          - 20 requests/s: the two seconds of the pause are seen by 40 requests.
          - timeout 500ms: far above the 20 ms of two round trips, far below the pause.
          - recovers within 5s: the pause, and three seconds in which TCP tries connections again
            (after 1 s and 3 s) that it could not make while the server was away.

        # Words to select it by: `commy sim run --filter smoke`.
        tier: smoke
        tags: [first, pause]

        # The same seed gives the same losses, delays and arrivals in every run.
        seed: 1

        # The run in named parts; their sum is the duration. Requests of a phase that is called
        # warm-up count nowhere, unless an expectation names it.
        phases:
          warm-up: 1s
          steady: 3s
          fault: 2s
          recovery: 5s

        # Values that occur more than once: ((rate)) stands for 20/s below.
        # `commy sim run --set rate=200/s FILE` tries another one.
        variables: { rate: 20/s, port: 8080 }

        # Programs that must be installed, and the Debian package that has each.
        requires:
          - { program: python3, package: python3 }

        # Emulated machines. Each is a network namespace of its own; all traffic between them passes
        # through the emulated network.
        topology:
          hosts:
            client: {}
            server: {}
          links:
            # Between any two hosts: 5 ms each way, give or take 1 ms. Try loss: 1% or rate: 10mbit.
            - { between: [any, any], latency: 5ms, jitter: 1ms }

        # What runs on them. Each process has a scratch directory, {{dir}}, and starts in it.
        processes:
          web:
            on: server
            run: python3 -m http.server ((port))
            # The traffic begins when every process is ready.
            ready: { http: ":((port))/" }

        # Who asks, how often, and when an answer is too late. Requests leave on time whether or not
        # earlier ones were answered, so that a server which stalls cannot hide.
        traffic:
          visits:
            from: client
            http: "http://server:((port))/"
            rate: ((rate))
            timeout: 500ms
            connection: close

        # What goes wrong. This one begins with its phase and heals when the phase ends.
        # Others: crash, cut, partition, degrade, full-disk; instead of a phase also at: 4s, or
        # when: { log: TEXT } for one that waits until something happens.
        faults:
          - { in: fault, pause: server }

        # What must hold. A claim that could not fail is refused before anything runs.
        expect:
          # Nothing is lost as long as nothing is broken, and nothing is slow.
          - { traffic: visits, success: "100%", during: steady }
          - { traffic: visits, p99: "<= 200ms", during: steady }
          # The pause is noticed: this is what makes sure that the scenario tests something.
          - { traffic: visits, success: "<= 50%", during: fault }
          # All is well again five seconds after the pause began, and stays so.
          - { traffic: visits, recovers: within 5s, after: pause }

        """
}
