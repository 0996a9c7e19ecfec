internal import CommyBase
internal import CommyWire

// What administrators see: one JSON object a row, keys in a fixed order.
extension Node {
    /// The answer to a control query; also for owners of an embedded node.
    public func rows(for query: ControlQuery) -> [String] {
        switch query {
        case .node: [nodeRow]
        case .services: serviceRows
        case .links: linkRows
        case .members: memberRows
        case .top: topRows
        case .explainRoute(let service): routeRows(service)
        case .trust: trustRows
        }
    }

    private var nodeRow: String {
        let record = membership.ownRecord
        var row = JSONRow()
        row.add("node", record.name.text)
        row.add("mesh", configuration.mesh.text)
        row.add("zone", record.zone.description)
        row.add("life", EventLine.hexadecimal(record.life))
        row.add("incarnation", record.incarnation)
        row.add("addresses", record.addresses.map(\.description))
        row.add("members", membership.liveCount)
        row.add("alive", membership.aliveCount)
        row.add("health", Int(membership.localHealth))
        row.add("view", EventLine.hexadecimal(membership.viewHash))
        row.add("catalog", EventLine.hexadecimal(catalog.viewHash))
        row.add("entries", catalog.entryCount)
        row.add("calls", calls.count)
        row.add("stopping", stopping != .no)
        row.add("build", configuration.build)
        return row.text
    }

    private var serviceRows: [String] {
        catalog.serviceSummaries.flatMap { summary in
            catalog.instances(of: summary.service).map { instance in
                var row = JSONRow()
                row.add("service", summary.service.text)
                row.add("instance", instance.id.description)
                row.add("node", name(of: instance.id.node).text)
                row.add("zone", instance.entry.offer.zone.description)
                row.add("state", instance.entry.state == .up ? "up" : "draining")
                row.add("availability", instance.availability.word)
                row.add("weight", Int(instance.entry.offer.weight))
                row.add(
                    "labels", instance.entry.offer.labels.map { "\($0.key)=\($0.value)" })
                return row.text
            }
        }
    }

    private var linkRows: [String] {
        links.indices.compactMap { slot in
            guard case .peer(let peer) = links[slot].phase else { return nil }
            let machine = links[slot].machine
            var row = JSONRow()
            row.add("peer", name(of: peer).text)
            row.add("direction", links[slot].isOutward ? "out" : "in")
            row.add("path", links[slot].remote.description)
            row.add("state", machine.isSilent ? "silent" : machine.isOpen ? "up" : "draining")
            row.add("active", activeLink(peer) == slot)
            row.add("rtt_us", (machine.roundTrip.smoothed ?? .zero).nanoseconds / 1_000)
            row.add("rtt_var_us", machine.roundTrip.variation.nanoseconds / 1_000)
            row.add("bytes_per_s", machine.bandwidth.bytesPerSecond)
            row.add("streams", machine.table.count)
            row.add("credit", Int(machine.sendWindow.available))
            row.add("queued", machine.output.count + machine.waitingBytes)
            row.add("age_s", Int((now - links[slot].openedAt).nanoseconds / 1_000_000_000))
            return row.text
        }
    }

    private var memberRows: [String] {
        membership.members.map { member in
            var row = JSONRow()
            row.add("node", member.record.name.text)
            row.add("state", member.state.word)
            row.add("zone", member.record.zone.description)
            row.add("addresses", member.record.addresses.map(\.description))
            row.add("incarnation", member.record.incarnation)
            row.add("life", EventLine.hexadecimal(member.record.life))
            row.add("self", member.id == id)
            return row.text
        }
    }

    private var topRows: [String] {
        links.indices.compactMap { slot in
            let link = links[slot]
            var row = JSONRow()
            switch link.phase {
            case .peer(let peer):
                row.add("kind", "link")
                row.add("who", name(of: peer).text)
            case .session:
                row.add("kind", "session")
                let process = link.session?.credentials.processID ?? 0
                row.add("who", "\(link.session?.build ?? "") pid \(process)")
            case .free, .greeting, .closing: return nil
            }
            row.add("streams", link.machine.table.count)
            row.add("calls", link.startedCalls)
            row.add("received_bytes", link.receivedBytes)
            row.add("sent_bytes", link.machine.takenBytes)
            row.add("queued", link.machine.output.count + link.machine.waitingBytes)
            row.add("instances", link.session?.instances.count ?? 0)
            return row.text
        }
    }

    private func routeRows(_ service: ServiceName) -> [String] {
        let explanation = router.explain(
            RouteQuery(service: service), at: now, random: routing)
        var head = JSONRow()
        head.add("service", service.text)
        switch explanation.decision {
        case .to(let pick):
            head.add("decision", pick.instance.description)
            head.add("node", name(of: pick.node).text)
            head.add("rule", pick.rule.text)
            head.add("runner_up", pick.runnerUp?.description ?? "")
        case .none(let failure):
            head.add("decision", "none")
            head.add("code", failure.code.description)
        }
        return [head.text]
            + explanation.rows.map { instance in
                var row = JSONRow()
                row.add("node", name(of: instance.instance.node).text)
                for field in instance.fields { row.add(field.name, field.value) }
                return row.text
            }
    }
}

extension Availability {
    /// The word in listings.
    var word: String {
        switch self {
        case .ready: "ready"
        case .draining: "draining"
        case .suspect: "suspect"
        case .lost: "lost"
        case .unconfirmed: "unconfirmed"
        }
    }
}
