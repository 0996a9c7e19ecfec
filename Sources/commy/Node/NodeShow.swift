internal import ArgumentParser
internal import CommyBase
internal import CommyMesh

/// `commy node`.
struct NodeShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "node", abstract: "Show the running node: who it is and what it sees.",
        discussion: """
            Two nodes that print the same 'view' see the same members; the same 'catalog' means \
            the same services.
            """)

    @OptionGroup var options: ShowOptions

    func run() throws {
        try NodeTables.show(.node, options) { rows in
            guard let row = rows.first else { return [] }
            return [
                ("node", row["node"]), ("mesh", row["mesh"]), ("zone", row["zone"]),
                ("addresses", row["addresses"]),
                ("members", "\(row["members"]), \(row["alive"]) of them alive"),
                ("services", "\(row["entries"]) instances" + NodeTables.staleness(row)),
                ("calls", "\(row["calls"]) open"),
                ("health", row["health"] == "0" ? "good" : "slowed down by \(row["health"])"),
                ("state", row.isTrue("stopping") ? "stopping" : "running"),
                ("view", row["view"]), ("catalog", row["catalog"]),
                ("life", "\(row["life"]), incarnation \(row["incarnation"])"),
                ("build", row["build"]),
            ].map { name, value in
                TextTable.pair(name, value.isEmpty ? "-" : value, width: 9)
            }
        }
    }
}

/// `commy services`.
struct ServicesShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "services", abstract: "List every instance of every service of the mesh.",
        discussion: """
            'state' is what the instance's owner says of it, 'available' what this node makes of \
            it: ready ones are called; suspect: its node may be dead; lost: it is; unconfirmed: \
            not known yet. 'commy explain route SERVICE' says which one a call would go to. A \
            node that has lost all others says so and lists what it knew last.
            """)

    @Option(
        help: ArgumentHelp(
            "List instead what this service needs and cannot have now.",
            discussion: """
                direct: one of its instances names it, and no instance is ready. below: the same, \
                of what it needs.
                """, valueName: "service"))
    var dependencies: String?
    @OptionGroup var options: ShowOptions

    func run() throws {
        guard dependencies == nil else { return try showDependencies() }
        try NodeTables.show(.services, options) { rows in
            guard let first = rows.first else { return ["No services yet."] }
            let warning =
                first.isTrue("stale")
                ? ["Last known good\(NodeTables.staleness(first))."] : []
            return warning
                + TextTable(
                    [
                        "service", "node", "zone", "state", "available", "weight", "labels",
                        "instance",
                    ],
                    rows.map { row in
                        [
                            row["service"], row["node"], NodeTables.orDash(row["zone"]),
                            row["state"],
                            row["availability"], row["weight"], NodeTables.orDash(row["labels"]),
                            row["instance"],
                        ]
                    }, right: [5]
                ).lines
        }
    }

    private func showDependencies() throws {
        guard let text = dependencies, let name = ServiceName(text) else {
            throw ValidationError(
                "--dependencies '\(dependencies ?? "")' is no service's name: \(NameRule.words).")
        }
        try NodeTables.show(.dependencies(of: name), options) { rows in
            guard let row = rows.first else { return [] }
            guard !row.isTrue("met") else {
                return ["'\(name)' has all that it needs\(NodeTables.staleness(row))."]
            }
            let more = row.isTrue("truncated") ? ["There may be more below."] : []
            return [
                TextTable.pair("direct", NodeTables.orDash(row["unmet"]), width: 6),
                TextTable.pair(
                    "below", NodeTables.orDash(row["unmet_below"]) + NodeTables.staleness(row),
                    width: 6),
            ] + more
        }
    }
}

/// `commy members`.
struct MembersShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "members", abstract: "List the nodes of the mesh as this node sees them.",
        discussion: """
            alive: it answers. suspect: it does not, and has still time to say that it lives. \
            dead: it had not. left: it said goodbye.
            """)

    @OptionGroup var options: ShowOptions

    func run() throws {
        try NodeTables.show(.members, options) { rows in
            TextTable(
                ["node", "state", "zone", "addresses", "incarnation"],
                rows.map { row in
                    [
                        row["node"] + (row.isTrue("self") ? " (this one)" : ""), row["state"],
                        NodeTables.orDash(row["zone"]), NodeTables.orDash(row["addresses"]),
                        row["incarnation"],
                    ]
                }, right: [4]
            ).lines
        }
    }
}

/// `commy links`.
struct LinksShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "links", abstract: "List the node's links to other nodes.",
        discussion: """
            A link is one TLS connection. up: it is used. silent: nothing was heard for a while, \
            so nothing is routed there. draining: it ends when its calls have. '*' marks the one \
            that new calls take.

            One link carries all calls to a peer at once, each as a stream of its own with \
            credit and priority; when it falls silent another path is dialled. There is no pool \
            of connections because none is needed: a stream opens without a handshake, priority \
            holds among all calls, and one set of heartbeats measures the peer.

            path: the peer's address. dir: who dialled. rtt, +-: the round trip of heartbeats, \
            smoothed, and how much it varies. rate: the bandwidth that was measured, a lower \
            bound of what the path carries while nobody fills it. streams: calls that it carries. \
            queued: bytes that wait here to be sent. age: since it was opened.
            """)

    @OptionGroup var options: ShowOptions

    func run() throws {
        try NodeTables.show(.links, options) { rows in
            guard !rows.isEmpty else { return ["No links: the node is alone."] }
            return TextTable(
                [
                    "peer", "", "state", "path", "dir", "rtt", "+-", "rate", "streams", "queued",
                    "age",
                ],
                rows.map { row in
                    [
                        row["peer"], row.isTrue("active") ? "*" : "", row["state"], row["path"],
                        row["direction"], NodeTables.microseconds(row.number("rtt_us")),
                        NodeTables.microseconds(row.number("rtt_var_us")),
                        NodeTables.rate(row.number("bytes_per_s")), row["streams"],
                        NodeTables.bytes(row.number("queued")),
                        NodeTables.seconds(row.number("age_s")),
                    ]
                }, right: [5, 6, 7, 8, 9, 10]
            ).lines
        }
    }
}
