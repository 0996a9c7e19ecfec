internal import CommyBase
internal import SimModel

extension ScenarioRun {
    /// Finds the links and pairs that a fault means, and impairs them.
    func hitLinks(of fault: FaultInstance, _ selector: LinkSelector, _ change: LinkFaultSet.Change)
        throws
    {
        guard let fabric else { return }
        let selection = try fabric.select(selector, forCut: change.isCut)
        fault.links = selection.links
        fault.pairs = selection.pairs
        for link in selection.links where linkFaults[link.index] == nil {
            linkFaults[link.index] = TouchedLink(own: link.initial)
        }
        try impair(fault, change)
    }

    /// Puts the change on the fault's links and blocks its pairs.
    func impair(_ fault: FaultInstance, _ change: LinkFaultSet.Change) throws {
        guard let fabric else { return }
        fault.countAtBegin = try affectedPackets(by: fault)
        for link in fault.links {
            linkFaults[link.index]?.faults.began(fault: fault.index, change)
            apply(link)
        }
        fabric.block(fault.pairs, of: fault.spec.family)
        fault.isImpairing = true
    }

    /// Takes the fault's change back; what other faults do to the same links stays.
    func mendLinks(of fault: FaultInstance) throws {
        guard fault.isImpairing, let fabric else { return }
        fault.isImpairing = false
        for link in fault.links {
            linkFaults[link.index]?.faults.ended(fault: fault.index)
            apply(link)
        }
        fabric.unblock(fault.pairs, of: fault.spec.family)
        fault.mended = try isMended(fault)
    }

    /// Whether every link does what it is to do without the fault.
    private func isMended(_ fault: FaultInstance) throws -> Bool {
        guard let snapshot = try fabric?.inspect(pairs: []) else { return false }
        return fault.links.allSatisfy { link in
            guard let touched = linkFaults[link.index] else { return false }
            return snapshot.links[Int(link.index.value)].current
                == touched.faults.applied(to: touched.own)
        }
    }

    /// Adds what the fault has done to packets since it began, or since it went down again.
    func countTouched(by fault: FaultInstance) throws {
        guard fault.isImpairing else { return }
        let now = try affectedPackets(by: fault)
        fault.touched += now >= fault.countAtBegin ? now - fault.countAtBegin : 0
    }

    private func apply(_ link: FabricSelection.Link) {
        guard let touched = linkFaults[link.index] else { return }
        let conditions = touched.faults.applied(to: touched.own)
        fabric?.setConditions(conditions, of: link.index)
        recorder.record(
            .linkChanged(LinkChanged(link: link.name, conditions: conditions.words)))
    }

    private func affectedPackets(by fault: FaultInstance) throws -> UInt64 {
        guard let fabric else { return 0 }
        let snapshot = try fabric.inspect(pairs: fault.pairs)
        var count = snapshot.partitioned
        for link in fault.links {
            let place = Int(link.index.value)
            guard place < snapshot.changedByFault.count else { continue }
            if case .reset = fault.spec.action {
                count += snapshot.resets[place]
            } else {
                count += snapshot.changedByFault[place]
            }
        }
        return count
    }
}

extension LinkFaultSet.Change {
    fileprivate var isCut: Bool {
        switch self {
        case .cut, .cutFamily: true
        case .degrade, .reset: false
        }
    }
}

extension FaultSpec {
    /// The family of addresses that a cut is about; nil where it is about both.
    fileprivate var family: AddressFamily? {
        if case .cut(_, let family) = action { family } else { nil }
    }
}
