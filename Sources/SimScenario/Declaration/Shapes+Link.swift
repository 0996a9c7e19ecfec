/// The tables of links and of what happens on them.
extension Shapes {
    static let end = ValueType.anyOf(
        "a host, a router, a zone or 'any'", [.reference("host"), .reference("zone")])
    static let ends = ValueType.anyOf("a list of two ends, such as [web, orders-1]", [.list(end)])

    /// What a link does to packets: the words of `links:` and of a `degrade` fault.
    static let conditions: [Key] = [
        Key("latency", .duration(.zeroOrMore), fallback: "0s", "Propagation delay, one way."),
        Key(
            "jitter",
            .anyOf(
                "a duration such as 2ms, or a mapping with an amount",
                [.duration(.zeroOrMore), .mapping { jitter }]),
            fallback: "none", "Random variation of the latency; the delay never falls below 0."),
        Key(
            "loss",
            .anyOf(
                "a percentage such as 0.1%, or { gilbert-elliott: { ... } }",
                [.probability, .mapping { loss }]),
            fallback: "0%", "Packets that are lost."),
        Key("duplicate", .probability, fallback: "0%", "Packets that arrive twice."),
        Key("corrupt", .probability, fallback: "0%", "Packets in which one bit flips."),
        Key(
            "reorder",
            .anyOf(
                "a percentage such as 1%, or a mapping with a probability",
                [.probability, .mapping { reorder }]),
            fallback: "none", "Packets that are held back so that later ones overtake them."),
        Key("rate", .bitRate, fallback: "unlimited", "Bits per second of IP packets."),
        Key(
            "queue",
            .anyOf(
                "a time such as 100ms, a size such as 64KiB, or a mapping with a limit",
                [.duration(.positive), .size(1...Limits.bytes), .mapping { queue }]),
            fallback: "100ms",
            example: "64KiB",
            "The queue in front of the rate; on a link it needs a rate. A size needs its unit."),
        Key(
            "black-hole-above", .size(68...65_535), fallback: "none",
            "Larger IP packets vanish without an ICMP message; less than the MTU."),
    ]

    static let link = Shape(
        title: "a link",
        keys: [
            Key(
                "between", ends, example: "[web, any]",
                "The two ends; both directions are alike. This, or from with to."),
            Key("from", end, beside: ["to"], "One direction only: the sending end."),
            Key(
                "to", end, beside: ["from"],
                "One direction only: the receiving end."),
        ] + conditions + [
            Key(
                "shared", .boolean, fallback: "false",
                "All pairs of this rule share one link (one queue, one rate) in each direction.")
        ], choices: [Choice(keys: ["between", "from"], isRequired: true)],
        example: "{ between: [web, any], latency: 20ms, loss: 0.1%, rate: 10mbit }")

    static let jitter = Shape(
        title: "a jitter",
        keys: [
            Key(
                "amount", .duration(.zeroOrMore), required: true,
                "How far it varies: the half width of uniform, the standard deviation of normal "
                    + "and pareto, the unit of table."),
            Key(
                "distribution", .word(["uniform", "normal", "pareto", "table"]),
                fallback: "uniform", "How the variation is distributed."),
            Key(
                "table", .list(.number), fallback: "none",
                example: "[-1, 0, 3]",
                "For table: the inverse cumulative distribution at even steps, in multiples of "
                    + "the amount; two numbers or more, not falling."),
            Key(
                "order", .word(["kept", "free"]), fallback: "kept",
                "Whether a packet may overtake an earlier one."),
        ], example: "{ amount: 2ms, distribution: normal, order: free }")

    static let loss = Shape(
        title: "a loss",
        keys: [
            Key("gilbert-elliott", .mapping { gilbertElliott }, required: true, "Loss in bursts.")
        ],
        example: "{ gilbert-elliott: { good-to-bad: 1%, bad-to-good: 25% } }")

    static let gilbertElliott = Shape(
        title: "a Gilbert-Elliott loss",
        keys: [
            Key("good-to-bad", .probability, required: true, "Chance per packet to turn bad."),
            Key(
                "bad-to-good", .probability, required: true,
                "Chance per packet to recover; a burst has 1/this packets."),
            Key("loss-in-good", .probability, fallback: "0%", "Loss in the good state."),
            Key("loss-in-bad", .probability, fallback: "100%", "Loss in the bad state."),
        ], example: "{ good-to-bad: 1%, bad-to-good: 25%, loss-in-bad: 80% }")

    static let reorder = Shape(
        title: "a reorder",
        keys: [
            Key("probability", .probability, required: true, "Packets that are held back."),
            Key("hold-back", .duration(.positive), fallback: "5ms", "For how long."),
        ], example: "{ probability: 1%, hold-back: 7ms }")

    static let queue = Shape(
        title: "a queue",
        keys: [
            Key(
                "limit",
                .anyOf(
                    "a time such as 100ms or a size such as 64KiB",
                    [.duration(.positive), .size(1...Limits.bytes)]),
                fallback: "100ms", example: "64KiB",
                "How much it holds: so much time at the rate, or so many bytes."),
            Key(
                "discipline", .word(["drop-tail", "codel", "pie"]), fallback: "drop-tail",
                "What it drops, and when: drop-tail when it is full, codel as RFC 8289 has it, "
                    + "pie as RFC 8033."),
            Key(
                "target", .duration(.positive), fallback: "5ms for codel, 15ms for pie",
                "The delay that codel and pie aim at."),
            Key("interval", .duration(.positive), fallback: "100ms", "For codel: its interval."),
            Key(
                "update-interval", .duration(.positive), fallback: "15ms",
                "For pie: how often it decides anew."),
        ], example: "{ limit: 64KiB, discipline: codel }")
}
