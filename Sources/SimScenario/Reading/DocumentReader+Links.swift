import SimModel

/// `links:` and the conditions that a `degrade` fault shares with them.
extension DocumentReader {
    func readLink(_ node: YamlNode) {
        guard let fields = Fields(node, Shapes.link, sink) else { return }
        let conditions = readConditions(fields).applied(to: .ideal)
        if fields.has("queue"), !fields.has("rate") {
            fields.report(
                "a queue without a rate never fills", key: "queue",
                expected: "a 'rate' beside it, such as rate: 10mbit")
        }
        let shared = fields.boolean("shared") ?? false
        if fields.has("between") {
            for extra in fields.present(of: ["from", "to"]) {
                fields.report(
                    "'\(extra.key)' beside 'between'", key: extra.key,
                    expected: "either between: [a, b], or from: a and to: b")
            }
            guard let (first, second) = pair(fields) else { return }
            scenario.topology.links.append(
                LinkRule(first: first, second: second, conditions: conditions, shared: shared))
        } else if fields.has("from") || fields.has("to") {
            guard let (from, to) = direction(fields) else { return }
            scenario.topology.links.append(
                LinkRule(
                    first: from, second: to, direction: .oneWay, conditions: conditions,
                    shared: shared))
        } else {
            sink.report(
                "a link without ends", at: node.position,
                expected: "between: [a, b], or from: a and to: b")
        }
    }

    /// The link words that are there.
    func readConditions(_ fields: Fields) -> LinkChange {
        var change = LinkChange()
        change.latency = fields.duration("latency")
        change.jitter = readJitter(fields)
        change.loss = readLoss(fields)
        change.duplicate = fields.number("duplicate")
        change.corrupt = fields.number("corrupt")
        change.reorder = readReorder(fields)
        change.rateBitsPerSecond = fields.number("rate")
        change.queue = readQueue(fields)
        change.maximumPacketBytes = fields.size("black-hole-above")
        checkBlackHole(change, fields, "black-hole-above")
        return change
    }

    func checkBlackHole(_ change: LinkChange, _ fields: Fields, _ key: String) {
        guard let bytes = change.maximumPacketBytes, bytes >= scenario.topology.mtu else { return }
        fields.report(
            "a black hole above \(bytes) bytes swallows nothing: the MTU is "
                + "\(scenario.topology.mtu)", value: key, expected: "less than the MTU")
    }

    private func readJitter(_ fields: Fields) -> Jitter? {
        guard let node = fields.value("jitter") else { return nil }
        guard case .mapping = node.content else {
            let type = ValueType.duration(.zeroOrMore)
            return ScalarValue.read(node, as: type, for: "jitter", into: sink)?.duration
                .map { Jitter(amount: $0) }
        }
        guard let inner = Fields(node, Shapes.jitter, sink) else { return nil }
        let word = inner.text("distribution") ?? "uniform"
        let table = readTable(inner)
        if inner.has("table"), word != "table" {
            inner.report(
                "a table beside the distribution '\(word)'", key: "table",
                expected: "distribution: table")
        }
        let distribution: Jitter.Distribution
        switch word {
        case "normal": distribution = .normal
        case "pareto": distribution = .pareto
        case "table":
            if !inner.has("table") {
                inner.report(
                    "the distribution 'table' without a table", value: "distribution",
                    expected: "table: [...] beside it")
            }
            distribution = .table(table)
        default: distribution = .uniform
        }
        guard let amount = inner.duration("amount") else { return nil }
        let keepsOrder = inner.text("order") != "free"
        return Jitter(amount: amount, distribution: distribution, keepsOrder: keepsOrder)
    }

    private func readTable(_ fields: Fields) -> [Double] {
        guard fields.has("table") else { return [] }
        let items = list(fields, "table")
        let values = items.compactMap {
            ScalarValue.read($0, as: .number, for: "table", into: sink)?.number
        }
        if items.count < 2 {
            fields.report(
                "a table of \(items.count)", value: "table", expected: "at least two numbers")
        } else if values.count == items.count, values != values.sorted() {
            fields.report(
                "a table that is not in order", value: "table",
                expected: "numbers that do not fall: it is an inverse cumulative distribution")
        }
        return values
    }

    private func readLoss(_ fields: Fields) -> Loss? {
        guard let node = fields.value("loss") else { return nil }
        guard case .mapping = node.content else {
            let value = ScalarValue.read(node, as: .probability, for: "loss", into: sink)
            return value?.number.map { $0 == 0 ? .none : .bernoulli($0) }
        }
        guard let outer = Fields(node, Shapes.loss, sink),
            let model = outer.value("gilbert-elliott"),
            let inner = Fields(model, Shapes.gilbertElliott, sink)
        else { return nil }
        let lossInGood = inner.number("loss-in-good") ?? 0
        let lossInBad = inner.number("loss-in-bad") ?? 1
        guard let goodToBad = inner.number("good-to-bad"),
            let badToGood = inner.number("bad-to-good")
        else { return nil }
        return .gilbertElliott(
            GilbertElliott(
                goodToBad: goodToBad, badToGood: badToGood, lossInGood: lossInGood,
                lossInBad: lossInBad))
    }

    private func readReorder(_ fields: Fields) -> Reorder? {
        let usual = Duration.milliseconds(5)
        guard let node = fields.value("reorder") else { return nil }
        guard case .mapping = node.content else {
            return ScalarValue.read(node, as: .probability, for: "reorder", into: sink)?.number
                .map { Reorder(probability: $0, holdBack: usual) }
        }
        guard let inner = Fields(node, Shapes.reorder, sink) else { return nil }
        let holdBack = inner.duration("hold-back") ?? usual
        return inner.number("probability").map { Reorder(probability: $0, holdBack: holdBack) }
    }

    func readQueue(_ fields: Fields) -> QueueConditions? {
        guard let node = fields.value("queue") else { return nil }
        guard case .mapping = node.content else {
            return readLimit(node, of: "queue").map { QueueConditions(limit: $0) }
        }
        guard let inner = Fields(node, Shapes.queue, sink) else { return nil }
        var queue = QueueConditions()
        if let limit = inner.value("limit"), let read = readLimit(limit, of: "limit") {
            queue.limit = read
        }
        let word = inner.text("discipline") ?? "drop-tail"
        let belongs: [String]
        switch word {
        case "codel":
            belongs = ["target", "interval"]
            queue.discipline = .codel(
                target: inner.duration("target") ?? .milliseconds(5),
                interval: inner.duration("interval") ?? .milliseconds(100))
        case "pie":
            belongs = ["target", "update-interval"]
            queue.discipline = .pie(
                target: inner.duration("target") ?? .milliseconds(15),
                updateInterval: inner.duration("update-interval") ?? .milliseconds(15))
        default:
            belongs = []
        }
        for entry in inner.present(of: ["target", "interval", "update-interval"])
        where !belongs.contains(entry.key) {
            inner.report(
                "'\(entry.key)' means nothing to the discipline '\(word)'", key: entry.key,
                expected: entry.key == "interval"
                    ? "discipline: codel"
                    : entry.key == "target" ? "discipline: codel or pie" : "discipline: pie")
        }
        return queue
    }

    /// A time when the unit is one of time, else a size.
    private func readLimit(_ node: YamlNode, of key: String) -> QueueConditions.Limit? {
        let form = "a time such as 100ms or a size such as 64KiB"
        guard let text = node.text else {
            sink.report("'\(key)' has \(node.described)", at: node, expected: form)
            return nil
        }
        if case .success(let time) = Units.duration(text), time > .zero { return .time(time) }
        let isPlain = text.allSatisfy { ("0"..."9").contains($0) }
        if !isPlain, case .success(let bytes) = Units.size(text), bytes > 0 {
            return .bytes(bytes)
        }
        sink.report("'\(key)' is \(node.described)", at: node, expected: form)
        return nil
    }
}
