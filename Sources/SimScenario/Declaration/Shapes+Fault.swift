import SimModel

/// The tables of faults.
extension Shapes {
    /// The keys of a fault that say what goes wrong; a fault has exactly one.
    static let verbs: [Key] = [
        Key("crash", target, "SIGKILL; started again when it heals."),
        Key(
            "power-loss", .reference("host"),
            "The host is off: nothing of it says goodbye, and its connections are gone; started "
                + "again when it heals."),
        Key("pause", target, "SIGSTOP; SIGCONT when it heals."),
        Key("stop", target, "The polite signal; started again when it heals."),
        Key("restart", target, "The polite signal, then at once a new start; no 'for'."),
        Key("cut", .mapping { cut }, "No packet passes."),
        Key(
            "partition",
            .anyOf("a list of groups, such as [[a, b], [c]]", [.list(.list(.reference("host")))]),
            example: "[[a, b], [c]]",
            "No packet passes between two groups; hosts in none are left alone."),
        Key("flap", .mapping { flap }, "Cut and healed again and again."),
        Key(
            "degrade", .mapping { degrade },
            "The link gets these conditions, on top of its own."),
        Key(
            "bufferbloat", .mapping { bufferbloat },
            "The link becomes slow, with a queue that is far too long."),
        Key(
            "mtu-black-hole", .mapping { mtuBlackHole },
            "Packets above a size vanish, and no ICMP message tells."),
        Key("reset", .mapping { reset }, "Every TCP segment is answered by a reset to both ends."),
        Key("clock", .mapping { clock }, "The wall clock of the processes is wrong."),
        Key(
            "cpu", .mapping { cpu },
            "The processes get only a share of the processor time that they ask for."),
        Key(
            "memory", .mapping { memory },
            "The processes can map no more than a little memory."),
        Key("open-files", .mapping { openFiles }, "The processes can open only a few more files."),
        Key(
            "full-disk",
            .anyOf(
                "a host, or { host: NAME, left: SIZE }",
                [.reference("host"), .mapping { fullDisk }]),
            "The file system that the host's processes write to is full."),
        Key("exec", .mapping { execFault }, "A command of your own runs on a host."),
        Key(
            "certificate", .mapping { certificate },
            "Nodes of the mesh get another certificate and are told to read it (SIGHUP). When it "
                + "heals they get a good one again."),
        Key(
            "trust", .mapping { trust },
            "Nodes of the mesh are told to trust other authorities; no 'for'."),
    ]

    static let target = ValueType.anyOf(
        "a host, or { process: NAME, on: HOST }", [.reference("host"), .mapping { processTarget }])

    static let fault = Shape(
        title: "a fault",
        keys: [
            Key(
                "name", .name, fallback: "its verb; crash-2 for the second unnamed crash",
                "What expectations and patterns call it."),
            Key(
                "at", .duration(.zeroOrMore), fallback: "with in or when: 0s",
                "When it begins, from the start of traffic; beside 'in' from that phase's begin; "
                    + "beside 'when' it does not begin before."),
            Key(
                "in", .reference("phase"),
                "The phase that it is in: it begins with the phase, or 'at' after, and without "
                    + "'for' it heals at the phase's end."),
            Key(
                "when", oneOrMore("a pattern of events", .mapping { step }),
                example: "{ log: became leader, process: etcd, count: 2 }",
                "It begins when this has happened: an event, so many of them (count), or a list "
                    + "of events one after the other."),
            Key(
                "delay", .duration(.zeroOrMore), fallback: "0s", beside: ["when"],
                "From the last event of 'when' to its begin."),
            Key(
                "for", .duration(.positive), fallback: "to the end of the run",
                "How long it lasts."),
        ] + verbs,
        choices: [
            Choice(keys: verbs.map(\.name), isRequired: true),
            Choice(keys: ["in", "when"], isRequired: false),
        ], example: "{ at: 4s, crash: web-2, for: 2s }")

    static let processTarget = Shape(
        title: "a target",
        keys: [
            Key("process", .reference("process"), required: true, "The process."),
            Key("on", .reference("host"), fallback: "all its hosts", "The host."),
        ], example: "{ process: nginx, on: web-1 }")

    static let targetKeys: [Key] = [
        Key("process", .reference("process"), "The process that is hit. This, or host."),
        Key(
            "on", .reference("host"), fallback: "all its hosts", beside: ["process"],
            "The host on which it is hit."),
        Key("host", .reference("host"), "All processes of this host are hit."),
    ]

    static let targetChoice = Choice(keys: ["process", "host"], isRequired: true)

    static let selectorKeys: [Key] = [
        Key(
            "between", ends, example: "[web-1, any]",
            "Both directions between two ends. This, from "
                + "with to, or host."),
        Key("from", end, beside: ["to"], "One direction: the sending end."),
        Key("to", end, beside: ["from"], "One direction: the receiving end."),
        Key("host", .reference("host"), "Everything to and from this host."),
    ]

    static let selectorChoice = Choice(keys: ["between", "from", "host"], isRequired: true)

    static let cut = Shape(
        title: "a cut",
        keys: selectorKeys + [
            Key(
                "family", .word(AddressFamily.allCases.map(\.rawValue)), fallback: "both",
                "Only packets of this family are stopped: one of two paths.")
        ], choices: [selectorChoice], example: "{ from: web-2, to: proxy }")

    static let flap = Shape(
        title: "a flap",
        keys: selectorKeys + [
            Key("down", .duration(.positive), required: true, "How long it is cut each time."),
            Key("up", .duration(.positive), required: true, "How long it is whole each time."),
        ], choices: [selectorChoice],
        example: "{ between: [eu, us], down: 200ms, up: 800ms }")

    static let degrade = Shape(
        title: "a degrade", keys: selectorKeys + conditions, choices: [selectorChoice],
        example: "{ between: [eu, us], latency: 200ms, loss: 5% }")
}
