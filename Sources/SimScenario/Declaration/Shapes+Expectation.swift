import SimModel

/// The table of expectations.
extension Shapes {
    /// Claims on the requests of a traffic, beside percentiles.
    static let trafficClaims = ["success", "throughput", "max", "recovers", "route", "transport"]
    /// Claims on the datagrams of a traffic, or of all.
    static let datagramClaims = ExpectationSpec.DatagramFate.allCases.map(\.rawValue)
    static let processClaims = ["memory", "cpu", "open-files", "threads", "exit", "restarts"]
    /// Claims on what happens.
    static let eventClaims = ["eventually", "always", "never", "sometimes"]
    /// Claims on what the nodes of a mesh say.
    static let meshClaims = ["converges", "members"]
    static let claims = trafficClaims + datagramClaims + processClaims + eventClaims + meshClaims
    static let scopes = ["during", "after", "before"]

    static let quantile = ValueType.comparison(
        ValueType.Comparison(
            values: [.duration(.zeroOrMore)], described: "a comparison with a duration",
            example: "<= 5ms"))
    /// 0% and 100% may stand alone.
    static let share = ValueType.comparison(
        ValueType.Comparison(
            values: [.probability], described: "a comparison with a percentage",
            example: ">= 99.9%", mayBeBare: true))
    /// Also without an operator: exactly this share.
    static let bareShare = ValueType.comparison(
        ValueType.Comparison(
            values: [.probability], described: "a percentage or a comparison with one",
            example: "<= 1%", mayBeBare: true))
    static let throughput = ValueType.comparison(
        ValueType.Comparison(
            values: [.requestRate, .bitRate],
            described: "a comparison with a request rate or a bit rate", example: ">= 190/s"))
    static let amount = ValueType.comparison(
        ValueType.Comparison(
            values: [.integer(0...Limits.patternCount), .probability],
            described: "a number or a percentage, or a comparison with one", example: "<= 3%",
            mayBeBare: true))
    static let sizeBound = ValueType.comparison(
        ValueType.Comparison(
            values: [.size(0...Limits.bytes)], described: "a comparison with a size",
            example: "<= 64MiB"))
    static let cpuBound = ValueType.comparison(
        ValueType.Comparison(
            values: [.percentage(0...100_000)],
            described: "a comparison with a percentage of one processor", example: "<= 50%"))
    static let countBound = ValueType.comparison(
        ValueType.Comparison(
            values: [.integer(0...Limits.patternCount)],
            described: "a comparison with a whole number", example: "<= 100"))
    static let restartBound = ValueType.comparison(
        ValueType.Comparison(
            values: [.integer(0...Limits.patternCount)],
            described: "a whole number or a comparison with one", example: "<= 1",
            mayBeBare: true))

    static let expectation = Shape(
        title: "an expectation",
        keys: subjectKeys + requestClaimKeys + otherClaimKeys + meshClaimKeys + scopeKeys,
        pattern: KeyPattern(
            name: "pNN", sample: "p99", expression: "^p[0-9]{1,2}(\\.[0-9]{1,6})?$",
            matches: { key in
                guard key.first == "p", let second = key.dropFirst().first else { return false }
                return ("0"..."9").contains(second)
            },
            type: quantile,
            doc: "A percentile of the latency of successful requests, counted from when they were "
                + "due: above p0 and below p100, such as p50, p99 or p99.9."),
        choices: [
            Choice(
                keys: claims.filter { $0 != "duplicated" && $0 != "misordered" }, isRequired: false),
            Choice(keys: scopes, isRequired: false),
            Choice(keys: ["traffic", "process"], isRequired: false),
        ], example: "{ traffic: checkout, success: \">= 99.9%\", during: crash, grace: 1s }")

    private static let subjectKeys: [Key] = [
        Key("traffic", .reference("traffic"), "The traffic that it speaks of."),
        Key("process", .reference("process"), "The process that it speaks of."),
        Key(
            "on", .reference("host"), fallback: "each of its hosts; all nodes",
            beside: ["process", "members"],
            "The host on which the process is looked at, or whose node is asked."),
    ]

    private static let requestClaimKeys: [Key] = [
        Key("success", share, beside: ["traffic"], "Share of requests that succeed."),
        Key(
            "throughput", throughput, beside: ["traffic"],
            "Successful requests per second over the window (190/s), or bits of their answers' "
                + "bodies per second (5mbit)."),
        Key("max", quantile, beside: ["traffic"], "The slowest successful request."),
        Key(
            "recovers",
            .anyOf(
                "a duration such as 300ms or 'within 300ms'",
                [
                    .formatted(
                        "within a duration", pattern: "^(within +)?\(Units.durationPattern)$",
                        example: "within 300ms")
                ]), beside: ["traffic"],
            example: "within 300ms",
            "So long after the begin of the fault that 'after' names, all requests succeed again, "
                + "until another fault begins or the run ends."),
        Key(
            "route",
            .formatted(
                "the name of a host, or HOST/NUMBER for one of its instances",
                pattern: "^\(Names.bare)(/[1-9][0-9]*)?$", example: "web-1"), beside: ["traffic"],
            "The backend whose share of the successful requests is judged; needs 'share', and "
                + "'backend' on the traffic. With traffic to a service it is the host, or one of "
                + "several instances on it as HOST/1."),
        Key(
            "transport", .word(["tls", "local", "shm"]), beside: ["traffic"],
            "How the node of the traffic's host has sent the requests: over the network, to a "
                + "process of the same host, or through shared memory; each attempt counts."),
        Key(
            "share", bareShare, fallback: "100% for transport", beside: ["route", "transport"],
            "The share of the successful requests that this backend has answered, or of all that "
                + "went this way."),
        Key(
            "lost", amount,
            "Datagrams without a reply: how many, or their share of all. Of udp traffic with the "
                + "reply echo or any; of traffic to a service requests without an answer or an "
                + "error. Without 'traffic' of all such traffic together. 'duplicated' may stand "
                + "beside it."),
        Key(
            "duplicated", amount,
            "Datagrams whose reply came twice, or requests answered twice, as for lost."),
        Key(
            "misordered", amount,
            "Datagrams whose reply came after a later one's, as for lost; udp only."),
    ]

    private static let otherClaimKeys: [Key] = [
        Key(
            "memory", sizeBound, beside: ["process"],
            "Resident bytes of the process and its children, at their peak in the window."),
        Key(
            "cpu", cpuBound, beside: ["process"],
            "Processor time of the process and its children, on average over the window; 100% is "
                + "one whole processor."),
        Key(
            "open-files", countBound, beside: ["process"],
            "Files that the process has open, at their peak in the window."),
        Key(
            "threads", countBound, beside: ["process"],
            "Threads of the process, at their peak in the window."),
        Key(
            "exit",
            .anyOf(
                "an exit code from 0 to 255, running, or a signal such as SIGKILL",
                [.integer(0...255), .word(["running"] + Signals.all.map { "SIG\($0.key)" })]),
            beside: ["process"],
            example: "SIGKILL",
            "How the process has ended by the end of the traffic, before it is asked to; for "
                + "processes with restart: never."),
        Key(
            "restarts", restartBound, beside: ["process"],
            "How often the process was started again."),
        Key(
            "eventually", .mapping { pattern },
            "This happens, 'within' so long of the window's begin (with 'after', of the begin of "
                + "that fault or the end of that phase)."),
        Key(
            "within", .duration(.positive), beside: ["eventually", "members"],
            "How long it may take; eventually needs it. Without it, members must be so all the "
                + "time."),
        Key(
            "always", .mapping { pattern },
            example: "{ traffic: checkout, result: ok }",
            "Every request of that traffic, or every line of that process, in the window is like "
                + "this."),
        Key(
            "never", .mapping { pattern }, example: "{ log: panic, process: nginx }",
            "Nothing in the window is like this."),
        Key(
            "sometimes", .mapping { pattern }, example: "{ traffic: checkout, backend: web-2 }",
            "At least one thing in the window is like this."),
    ]

    private static let meshClaimKeys: [Key] = [
        Key(
            "converges",
            .anyOf(
                "a duration such as 2s or 'within 2s'",
                [
                    .formatted(
                        "within a duration", pattern: "^(within +)?\(Units.durationPattern)$",
                        example: "within 2s")
                ]), example: "within 2s",
            "So long after the window's begin, all nodes that live tell the same view of members "
                + "and the same catalog, until another fault begins or the window ends."),
        Key(
            "members",
            .anyOf(
                "nodes with their states, such as { orders-1: dead }, or how many are alive",
                [memberStates, memberCount]), example: "{ orders-1: dead }",
            "What nodes say of others: the state of each that is named, or how many are alive "
                + "(each counts itself). With 'within' from then on, until another fault begins "
                + "or the window ends; else in the whole window."),
    ]

    private static let scopeKeys: [Key] = [
        Key(
            "during",
            .anyOf(
                "a fault, a phase or 'no fault'",
                [.reference("fault"), .reference("phase"), .word(["no fault"])]),
            fallback: "the whole run",
            example: "no fault",
            "Only while this fault is active or this phase lasts; no fault: while none is active."
        ),
        Key(
            "after", .anyOf("a fault or a phase", [.reference("fault"), .reference("phase")]),
            "Only after this fault's end (its begin when it never heals) or this phase's."),
        Key(
            "before", .anyOf("a fault or a phase", [.reference("fault"), .reference("phase")]),
            "Only before this fault's begin or this phase's."),
        Key(
            "grace", .duration(.zeroOrMore), fallback: "0s", beside: ["during", "after"],
            "Left out at the begin of the window; for no fault, after each fault."),
    ]
}
