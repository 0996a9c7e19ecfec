import SimModel

/// The tables of the language, from the file as a whole inwards; topology, links, faults and the
/// rest are in files of their own.
enum Shapes {
    static let scenario = Shape(
        title: "a scenario", keys: head + time + parts + sections,
        choices: [Choice(keys: ["duration", "phases"], isRequired: false)])

    private static let head: [Key] = [
        Key(
            "name", .text, required: true, included: true,
            example: "a crashed web server is routed around",
            "What the scenario shows, as a sentence."),
        Key(
            "why", .text, example: "A load balancer must hide the crash of one backend.",
            "Why it exists and why its numbers are what they are."),
        Key(
            "tier", .word(Scenario.Tier.allCases.map(\.rawValue)), fallback: "full",
            "In which round of tests it runs."),
        Key(
            "tags", oneOrMore("a name", .name), fallback: "none",
            example: "[failover, haproxy]",
            "Words that a filter can select it by."),
    ]

    private static let time: [Key] = [
        Key(
            "seed", .integer(0...Int.max), fallback: "1",
            example: "7",
            "All randomness of the run comes from it."),
        Key(
            "duration", .duration(.positive), fallback: "10s",
            example: "30s",
            "From the moment all processes are ready to the end of traffic. Not together with "
                + "phases."),
        Key(
            "phases", .named(.duration(.positive)), fallback: "none",
            example: "{ warm-up: 3s, steady: 5s, fault: 6s, recovery: 6s }",
            "Named spans of the duration, one after the other in this order; their sum is the "
                + "duration. Requests of a phase named warm-up count only where an expectation "
                + "names that phase."),
        Key(
            "timeout", .duration(.positive), fallback: "the duration and 2m",
            example: "2m",
            "How long the whole run may take by the wall clock, with starting and stopping; "
                + "longer than the duration."),
        Key(
            "world", .word(Scenario.World.allCases.map(\.rawValue)), fallback: "realtime",
            "Real time, or a virtual clock that repeats byte for byte; simulated cannot be "
                + "run yet."),
    ]

    private static let parts: [Key] = [
        Key(
            "include", oneOrMore("a path", .text), fallback: "none",
            example: "[common/three-nginx.yaml]",
            "Files whose content becomes part of this one; paths are relative to this file."),
        Key(
            "variables", .named(.text), fallback: "none",
            example: "{ rate: 200/s, size: 1KiB }",
            "Values for ((name)), which stands for the value anywhere in a value of the file. "
                + "--set name=value replaces a value."),
        Key(
            "matrix", .named(.list(.text)), fallback: "none",
            example: "{ loss: [0%, 1%], queue: [drop-tail, codel] }",
            "Variables with several values each: every combination is a scenario of its own, at "
                + "most \(Limits.variants). The first one changes slowest."),
        Key(
            "matrix-except", .list(.named(.text)), fallback: "none",
            example: "[{ loss: 1%, queue: codel }]",
            "Combinations that are left out: all that have these values."),
        Key(
            "requires", .list(.mapping { requirement }), fallback: "none",
            "Programs that must be installed for the run."),
    ]

    private static let sections: [Key] = [
        Key(
            "topology", .mapping { topology }, required: true, included: true,
            "The emulated hosts and the links between them."),
        Key(
            "mesh", .mapping { mesh }, fallback: "none; with services a node on each host",
            "A mesh: a node on each host, with an identity of the scenario's own authority."),
        Key(
            "services", .named(.mapping { service }), fallback: "none",
            "Services of the mesh, by name."),
        Key(
            "processes", .named(.mapping { process }), fallback: "none",
            "What runs on the hosts, by name."),
        Key(
            "traffic", .named(.mapping { traffic }), fallback: "none",
            "Sources of requests, by name."),
        Key(
            "faults", .list(.mapping { fault }), fallback: "none", "What goes wrong, and when."),
        Key(
            "expect", .list(.mapping { expectation }), fallback: "none",
            "What must hold; judged when the run is over."),
    ]

    static let requirement = Shape(
        title: "a requirement",
        keys: [
            Key(
                "program", .text, required: true, example: "nginx",
                "A program that must be found in the path."),
            Key(
                "package", .text, fallback: "the program's name",
                example: "nginx-light",
                "The Debian package that has it."),
        ], example: "{ program: nginx, package: nginx-light }")

    /// A thing, or a list of such things.
    static func oneOrMore(_ described: String, _ type: ValueType) -> ValueType {
        .anyOf("\(described) or a list of them", [type, .list(type)])
    }

    static let zonePath = ValueType.formatted(
        "names separated by '/', such as eu or eu/a", pattern: Names.zonePattern,
        example: "eu/a")
}
