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
            "Random variation of the latency."),
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
            "Packets that are held back so that later ones overtake them."),
        Key("rate", .bitRate, fallback: "unlimited", "Bits per second of IP packets."),
        Key(
            "queue",
            .anyOf(
                "a time such as 100ms, a size such as 64KiB, or a mapping with a limit",
                [.duration(.positive), .size(1...Limits.bytes), .mapping { queue }]),
            fallback: "100ms", "The queue in front of the rate."),
        Key(
            "black-hole-above", .size(68...65_535), "Larger packets vanish: an MTU black hole."),
    ]

    static let link = Shape(
        title: "a link",
        keys: [
            Key("between", ends, "The two ends; both directions are alike."),
            Key("from", end, "One direction only: the sending end."),
            Key("to", end, "One direction only: the receiving end."),
        ] + conditions + [
            Key(
                "shared", .boolean, fallback: "false",
                "All pairs of this rule share one link in each direction.")
        ])

    static let jitter = Shape(
        title: "a jitter",
        keys: [
            Key("amount", .duration(.zeroOrMore), required: true, "How far it varies."),
            Key(
                "distribution", .word(["uniform", "normal", "pareto", "table"]),
                fallback: "uniform", "How the variation is distributed."),
            Key(
                "table", .list(.number),
                "For 'table': the inverse cumulative distribution in multiples of the amount."),
            Key(
                "order", .word(["kept", "free"]), fallback: "kept",
                "Whether a packet may overtake an earlier one."),
        ])

    static let loss = Shape(
        title: "a loss",
        keys: [
            Key("gilbert-elliott", .mapping { gilbertElliott }, required: true, "Loss in bursts.")
        ])

    static let gilbertElliott = Shape(
        title: "a Gilbert-Elliott loss",
        keys: [
            Key("good-to-bad", .probability, required: true, "Chance per packet to turn bad."),
            Key("bad-to-good", .probability, required: true, "Chance per packet to recover."),
            Key("loss-in-good", .probability, fallback: "0%", "Loss in the good state."),
            Key("loss-in-bad", .probability, fallback: "100%", "Loss in the bad state."),
        ])

    static let reorder = Shape(
        title: "a reorder",
        keys: [
            Key("probability", .probability, required: true, "Packets that are held back."),
            Key("hold-back", .duration(.positive), fallback: "5ms", "For how long."),
        ])

    static let queue = Shape(
        title: "a queue",
        keys: [
            Key(
                "limit",
                .anyOf(
                    "a time such as 100ms or a size such as 64KiB",
                    [.duration(.positive), .size(1...Limits.bytes)]),
                fallback: "100ms", "How much it holds."),
            Key(
                "discipline", .word(["drop-tail", "codel", "pie"]), fallback: "drop-tail",
                "What it drops, and when."),
            Key(
                "target", .duration(.positive), fallback: "5ms for codel, 15ms for pie",
                "The delay that codel and pie aim at."),
            Key("interval", .duration(.positive), fallback: "100ms", "For codel."),
            Key("update-interval", .duration(.positive), fallback: "15ms", "For pie."),
        ])
}
