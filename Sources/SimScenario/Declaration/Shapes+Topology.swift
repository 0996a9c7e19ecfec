/// The tables of hosts and routers.
extension Shapes {
    static let topology = Shape(
        title: "the topology",
        keys: [
            Key(
                "mtu", .integer(576...65_535), fallback: "1500",
                example: "1400",
                "MTU of every host's interface, in bytes; IPv6 needs 1280."),
            Key(
                "offload", .boolean, fallback: "false",
                "Hosts send TCP super-packets (TSO): more throughput, fewer wire-packet details."
            ),
            Key(
                "hosts",
                .anyOf(nodesForm, [.named(.mapping { host }), .list(.name)]),
                required: true, included: true,
                example: "{ client: {}, web: { count: 3 } }",
                "The emulated machines, 1 to \(Limits.hosts)."),
            Key(
                "routers",
                .anyOf(
                    nodesForm, [.named(.mapping { router }), .list(.name)]),
                fallback: "none", example: "[core]",
                "Nodes that only forward: where several paths share a link."),
            Key(
                "links", .list(.mapping { link }), fallback: "ideal links",
                "What lies between them; the most specific rule of a pair wins, the later one on "
                    + "a tie."),
        ], example: "{ hosts: [client, web], links: [{ between: [any, any], latency: 1ms }] }")

    static let nodesForm = "a mapping from names, such as 'web: { zone: eu }', or a list of names"

    static let host = Shape(
        title: "a host",
        keys: [
            Key("zone", zonePath, fallback: "none", "Its zone path, most general first."),
            Key(
                "count", .integer(1...Limits.hosts), fallback: "one host of this name",
                "Makes so many hosts, NAME-1 to NAME-count; NAME then stands for all of them in "
                    + "a process's 'on' and in a partition."),
        ], mayBeEmpty: true, example: "{ zone: eu/a, count: 3 }")

    static let router = Shape(
        title: "a router",
        keys: [Key("zone", zonePath, fallback: "none", "Its zone path, most general first.")],
        mayBeEmpty: true, example: "{ zone: eu }")
}
