import SimModel

/// The tables of event patterns: what faults wait for and expectations demand or forbid.
extension Shapes {
    /// The keys of which a pattern has exactly one.
    static let patternHeads = [
        "log", "ready", "exits", "begins", "heals", "traffic", "becomes", "event",
    ]

    static let results =
        ["failed"] + RequestOutcome.Result.allCases.map(\.rawValue)

    private static let patternKeys: [Key] = [
        Key(
            "log", .text,
            example: "\"/became leader at term [0-9]+/\"",
            "A line of output contains this text, or matches this regular expression when it is "
                + "written as /REGEX/."),
        Key("ready", .reference("process"), "This process becomes ready, also after a restart."),
        Key("exits", .reference("process"), "This process ends, for whatever reason."),
        Key("begins", .reference("fault"), "This fault begins."),
        Key("heals", .reference("fault"), "This fault heals."),
        Key("traffic", .reference("traffic"), "A request of this traffic is decided."),
        Key(
            "becomes", .mapping { becomes },
            "A node of the mesh reports that something has come into this state."),
        Key(
            "event", .mapping { event },
            "A process reports this, in a line of output that begins with @commy."),
        Key(
            "process", .reference("process"), fallback: "any process", beside: ["log"],
            "The process whose output is meant."),
        Key(
            "on", .reference("host"), fallback: "any host", beside: ["log", "ready", "exits"],
            "The host on which it happens."),
        Key(
            "result", .word(results), fallback: "any", beside: ["traffic"],
            "How the request ended; failed is anything but ok."),
        Key(
            "status", .integer(100...599), fallback: "any", beside: ["traffic"],
            example: "503",
            "The status of the answer; http only."),
        Key(
            "code",
            .formatted(
                "the name of an error", pattern: "^[a-zA-Z]+$", example: "noHealthyInstance"),
            fallback: "any", beside: ["traffic"],
            "The error of the mesh that the request has ended with; traffic to a service only."),
        Key(
            "backend", .text, fallback: "any", beside: ["traffic"],
            example: "web-2",
            "Who answered, as the traffic's 'backend' tells: a host for peer, else a text."),
    ]

    static let pattern = Shape(
        title: "a pattern", keys: patternKeys,
        choices: [Choice(keys: patternHeads, isRequired: true)],
        example: "{ log: \"became leader\", process: etcd }")

    static let step = Shape(
        title: "a step",
        keys: patternKeys + [
            Key(
                "count", .integer(1...Limits.patternCount), fallback: "1",
                example: "10",
                "So many such events are waited for.")
        ], choices: [Choice(keys: patternHeads, isRequired: true)],
        example: "{ traffic: checkout, result: failed, count: 10 }")
}
