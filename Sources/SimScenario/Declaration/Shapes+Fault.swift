/// The tables of faults and expectations.
extension Shapes {
    /// The keys of a fault that say what goes wrong; a fault has exactly one.
    static let verbs: [Key] = [
        Key("crash", target, "SIGKILL; started again when it heals."),
        Key("pause", target, "SIGSTOP; SIGCONT when it heals."),
        Key("stop", target, "The polite signal; started again when it heals."),
        Key("restart", target, "The polite signal, then at once a new start."),
        Key("cut", .mapping { selector }, "No packet passes."),
        Key(
            "partition",
            .anyOf("a list of groups, such as [[a, b], [c]]", [.list(.list(.reference("host")))]),
            "No packet passes between two groups."),
        Key("flap", .mapping { flap }, "Cut and healed again and again."),
        Key("degrade", .mapping { degrade }, "The link gets these conditions."),
    ]

    static let target = ValueType.anyOf(
        "a host, or { process: NAME, on: HOST }", [.reference("host"), .mapping { processTarget }])

    static let fault = Shape(
        title: "a fault",
        keys: [
            Key("name", .name, fallback: "its verb", "What expectations call it."),
            Key(
                "at", .duration(.zeroOrMore), required: true,
                "When it begins, from the start of traffic."),
            Key(
                "for", .duration(.positive), fallback: "to the end of the run",
                "How long it lasts."),
        ] + verbs)

    static let processTarget = Shape(
        title: "a target",
        keys: [
            Key("process", .reference("process"), required: true, "The process."),
            Key("on", .reference("host"), fallback: "all its hosts", "The host."),
        ])

    static let selectorKeys: [Key] = [
        Key("between", ends, "Both directions between two ends."),
        Key("from", end, "One direction: the sending end."),
        Key("to", end, "One direction: the receiving end."),
        Key("host", .reference("host"), "Everything to and from this host."),
    ]

    static let selector = Shape(title: "a cut", keys: selectorKeys)

    static let flap = Shape(
        title: "a flap",
        keys: selectorKeys + [
            Key("down", .duration(.positive), required: true, "How long it is cut each time."),
            Key("up", .duration(.positive), required: true, "How long it is whole each time."),
        ])

    static let degrade = Shape(title: "a degrade", keys: selectorKeys + conditions)

    /// Claims other than percentiles.
    static let claims = ["success", "max", "recovers", "route"]
    static let scopes = ["during", "after", "before"]

    static let quantile = ValueType.comparison(
        of: "a comparison with a duration", example: "<= 5ms")
    static let share = ValueType.comparison(
        of: "a comparison with a percentage", example: ">= 99.9%")

    static let expectation = Shape(
        title: "an expectation",
        keys: [
            Key("traffic", .reference("traffic"), required: true, "The traffic it speaks of."),
            Key("success", share, "Share of requests that succeed."),
            Key("max", quantile, "The slowest successful request."),
            Key(
                "recovers",
                .anyOf("a duration such as 300ms or 'within 300ms'", [.duration(.positive)]),
                "All requests succeed again so long after a fault's begin."),
            Key("route", .reference("host"), "The backend whose share is judged."),
            Key(
                "share",
                .anyOf("a percentage such as 0%, or a comparison such as \"<= 1%\"", [share]),
                "For route: its share of the successful requests."),
            Key(
                "during", .anyOf("a fault, or 'no fault'", [.reference("fault")]),
                "Only while this fault is active, or none is."),
            Key("after", .reference("fault"), "Only after this fault."),
            Key("before", .reference("fault"), "Only before this fault."),
            Key(
                "grace", .duration(.zeroOrMore), fallback: "0s",
                "Left out at the beginning of the window."),
        ],
        pattern: KeyPattern(
            name: "pNN", expression: "^p[0-9]{1,2}(\\.[0-9]{1,6})?$",
            matches: {
                $0.count > 1 && $0.first == "p" && ("0"..."9").contains($0.dropFirst().first!)
            },
            type: quantile, doc: "A percentile of the latency of successful requests."))
}
