/// The tables of faults that slow links down and take from hosts and processes what they need.
extension Shapes {
    static let bufferbloat = Shape(
        title: "a bufferbloat",
        keys: selectorKeys + [
            Key("rate", .bitRate, required: true, "Bits per second of IP packets."),
            Key(
                "queue",
                .anyOf(
                    "a time such as 2s, a size such as 1MiB, or a mapping with a limit",
                    [.duration(.positive), .size(1...Limits.bytes), .mapping { queue }]),
                fallback: "1MiB", "The queue in front of the rate, as in a link."),
        ], choices: [selectorChoice],
        example: "{ between: [home, web], rate: 2mbit, queue: 1MiB }")

    static let mtuBlackHole = Shape(
        title: "an MTU black hole",
        keys: selectorKeys + [
            Key(
                "above", .size(68...65_535), required: true,
                "Larger IP packets vanish; less than the MTU.")
        ], choices: [selectorChoice], example: "{ between: [home, web], above: 1400B }")

    static let reset = Shape(
        title: "a reset", keys: selectorKeys, choices: [selectorChoice],
        example: "{ between: [proxy, web-1] }")

    static let clock = Shape(
        title: "a clock",
        keys: targetKeys + [
            Key(
                "offset", .duration(.any), fallback: "0s",
                example: "-5s",
                "The clock jumps by this when the fault begins; -5s is back."),
            Key(
                "drift", .drift, fallback: "0ppm",
                "The clock runs fast by so many microseconds per second; negative is slow."),
        ], choices: [targetChoice],
        example: "{ process: etcd, on: etcd-1, offset: -5s, drift: 200ppm }")

    static let cpu = Shape(
        title: "a cpu limit",
        keys: targetKeys + [
            Key(
                "share", .percentage(1...90), required: true,
                "The share of the processor time that they ask for which they get.")
        ], choices: [targetChoice], example: "{ process: nginx, on: web-1, share: 10% }")

    static let memory = Shape(
        title: "a memory limit",
        keys: targetKeys + [
            Key(
                "left", .size(0...Limits.bytes), required: true,
                example: "16MiB",
                "How much more than they have they may map (RLIMIT_AS).")
        ], choices: [targetChoice], example: "{ process: nginx, left: 16MiB }")

    static let openFiles = Shape(
        title: "an open-files limit",
        keys: targetKeys + [
            Key(
                "left", .integer(0...1_048_576), required: true,
                "How many more than they have they may open (RLIMIT_NOFILE).")
        ], choices: [targetChoice], example: "{ process: nginx, left: 0 }")

    static let fullDisk = Shape(
        title: "a full disk",
        keys: [
            Key("host", .reference("host"), required: true, "The host whose disk is full."),
            Key(
                "left", .size(0...Limits.bytes), fallback: "0B",
                "How much can still be written."),
        ], example: "{ host: web-1, left: 64KiB }")

    static let execFault = Shape(
        title: "an exec",
        keys: [
            Key("on", .reference("host"), required: true, "The host that it runs on."),
            Key(
                "run", commandLine, example: "redis-cli shutdown",
                "The program and its arguments; no shell."),
            Key(
                "shell", .text, example: "echo 1 >/tmp/flag",
                "A line for /bin/sh -c, instead of run."),
            Key(
                "heal", commandLine, fallback: "nothing",
                example: "redis-server --daemonize yes",
                "The command that takes the effect back when the fault heals; needs 'for' or "
                    + "'in'."),
            Key(
                "heal-shell", .text, example: "rm -f /tmp/flag || true",
                "A line for /bin/sh -c, instead of heal."),
        ],
        choices: [
            Choice(keys: ["run", "shell"], isRequired: true),
            Choice(keys: ["heal", "heal-shell"], isRequired: false),
        ],
        example: "{ on: db, run: redis-cli shutdown, heal: redis-server --daemonize yes }")
}
