import SimModel

/// The faults that hit links.
extension DocumentReader {
    func readPartition(_ node: YamlNode) -> FaultSpec.Action? {
        let form = "a list of two or more groups of hosts, such as [[a, b], [c]]"
        guard case .sequence(let items) = node.content else {
            sink.report("'partition' has \(node.described)", at: node, expected: form)
            return nil
        }
        var groups: [[String]] = []
        for item in items {
            guard case .sequence = item.content else {
                sink.report(
                    "'partition' has \(item.described) in its list", at: item, expected: form)
                continue
            }
            let members = scalars(in: item, of: "partition", expected: "a host")
            if members.isEmpty {
                sink.report("a group without hosts", at: item, expected: "at least one host")
            }
            let hosts = expandedHosts(members)
            for host in hosts where groups.contains(where: { $0.contains(host) }) {
                let place = members.first { $0.text == host }?.node ?? item
                sink.report(
                    "'\(host)' is in two groups", at: place, expected: "each host in one group")
            }
            groups.append(hosts)
        }
        if items.count < 2 {
            sink.report("a partition of \(items.count)", at: node, expected: form)
        }
        return .partition(groups)
    }

    func readFlap(_ node: YamlNode) -> FaultSpec.Action? {
        guard let inner = Fields(node, Shapes.flap, sink) else { return nil }
        let selector = readSelector(inner)
        guard let down = inner.duration("down"), let up = inner.duration("up"), let selector
        else { return nil }
        return .flap(selector, down: down, up: up)
    }

    func readDegrade(_ node: YamlNode) -> FaultSpec.Action? {
        guard let inner = Fields(node, Shapes.degrade, sink) else { return nil }
        let selector = readSelector(inner)
        let change = readConditions(inner)
        if inner.present(of: Shapes.conditions.map(\.name)).isEmpty {
            sink.report(
                "a degrade that changes nothing", at: node,
                expected: "one of " + Shapes.conditions.map(\.name).joined(separator: ", "))
        }
        return selector.map { .degrade($0, change) }
    }

    func readBufferbloat(_ node: YamlNode) -> FaultSpec.Action? {
        guard let inner = Fields(node, Shapes.bufferbloat, sink) else { return nil }
        let selector = readSelector(inner)
        var change = LinkChange()
        change.rateBitsPerSecond = inner.number("rate")
        change.queue = readQueue(inner) ?? QueueConditions(limit: .bytes(1 << 20))
        guard let selector, change.rateBitsPerSecond != nil else { return nil }
        return .bufferbloat(selector, change)
    }

    func readBlackHole(_ node: YamlNode) -> FaultSpec.Action? {
        guard let inner = Fields(node, Shapes.mtuBlackHole, sink) else { return nil }
        let selector = readSelector(inner)
        var change = LinkChange()
        change.maximumPacketBytes = inner.size("above")
        checkBlackHole(change, inner, "above")
        guard let selector, change.maximumPacketBytes != nil else { return nil }
        return .mtuBlackHole(selector, change)
    }
}
