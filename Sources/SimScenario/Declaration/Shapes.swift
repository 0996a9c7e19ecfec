import SimModel

/// The tables of the language, from the file as a whole inwards; links, faults and the rest are in
/// files of their own.
enum Shapes {
    static let scenario = Shape(
        title: "a scenario",
        keys: [
            Key("name", .text, required: true, "What the scenario shows, as a sentence."),
            Key("why", .text, "Why it exists and why its numbers are what they are."),
            Key(
                "tier", .word(Scenario.Tier.allCases.map(\.rawValue)), fallback: "full",
                "In which round of tests it runs."),
            Key(
                "seed", .integer(0...Int.max), fallback: "1",
                "All randomness of the run comes from it."),
            Key(
                "duration", .duration(.positive), fallback: "10s",
                "From the moment all processes are ready to the end of traffic."),
            Key(
                "world", .word(Scenario.World.allCases.map(\.rawValue)), fallback: "realtime",
                "The way in which it is executed."),
            Key("requires", .list(.mapping { requirement }), "Programs that must be installed."),
            Key("topology", .mapping { topology }, required: true, "Hosts and links."),
            Key("processes", .named(.mapping { process }), "What runs on the hosts, by name."),
            Key("traffic", .named(.mapping { traffic }), "Sources of requests, by name."),
            Key("faults", .list(.mapping { fault }), "What goes wrong, and when."),
            Key("expect", .list(.mapping { expectation }), "What must hold."),
        ])

    static let requirement = Shape(
        title: "a requirement",
        keys: [
            Key("program", .text, required: true, "A program that must be found in the path."),
            Key(
                "package", .text, fallback: "the program's name", "The Debian package that has it."),
        ])

    static let topology = Shape(
        title: "the topology",
        keys: [
            Key(
                "mtu", .integer(576...65_535), fallback: "1500",
                "MTU of every host's interface, in bytes; IPv6 needs 1280."),
            Key("offload", .boolean, fallback: "false", "Hosts send TCP super-packets (TSO)."),
            Key(
                "hosts", .anyOf(nodesForm, [.named(.mapping { host }), .list(.name)]),
                required: true, "The emulated machines."),
            Key(
                "routers", .anyOf(nodesForm, [.named(.mapping { router }), .list(.name)]),
                "Nodes that only forward."),
            Key(
                "links", .list(.mapping { link }),
                "What lies between them; the most specific rule of a pair wins."),
        ])

    static let nodesForm = "a mapping from names, such as 'web: { zone: eu }', or a list of names"

    static let host = Shape(
        title: "a host",
        keys: [
            Key("zone", .text, "Its zone path, most general first: eu/a."),
            Key(
                "count", .integer(1...Limits.hosts), "Makes so many hosts, NAME-1 to NAME-count."),
        ])

    static let router = Shape(
        title: "a router", keys: [Key("zone", .text, "Its zone path, most general first: eu/a.")])
}
