internal import CommyBase
internal import CommyLinux
internal import SimModel

/// When faults begin and heal. What each does is in `+ProcessFaults`, `+LinkFaults`, `+HostFaults`.
extension ScenarioRun {
    func scheduleFaults(from start: MeshInstant) {
        for (index, spec) in scenario.faults.enumerated() {
            let fault = FaultInstance(spec: spec, index: index)
            faults.append(fault)
            guard let at = spec.at else { continue }
            timers.add(.beginFault(fault), at: start + at)
            if let lasts = spec.lasts { timers.add(.healFault(fault), at: start + at + lasts) }
        }
    }

    func begin(_ fault: FaultInstance) throws {
        fault.isActive = true
        switch fault.spec.action {
        case .crash, .pause, .stop, .restart, .cpu, .memory, .openFiles, .clock:
            try beginOnProcesses(fault)
        case .certificate(let hosts, let change): try changeCertificates(of: hosts, change, fault)
        case .trust(let hosts, let change): try changeTrust(of: hosts, change, fault)
        case .flap(let selector, _, _):
            try hitLinks(of: fault, selector, .cut)
        case .cut(let selector, let family):
            try hitLinks(of: fault, selector, family.map { .cutFamily($0) } ?? .cut)
        case .reset(let selector):
            try hitLinks(of: fault, selector, .reset)
        case .degrade(let selector, let change), .bufferbloat(let selector, let change),
            .mtuBlackHole(let selector, let change):
            try hitLinks(of: fault, selector, .degrade(change))
        case .partition(let groups):
            fault.pairs = NetworkPlan(topology: scenario.topology, seed: seed).partitionPairs(
                groups)
            try impair(fault, .cut)
        case .powerLoss(let host):
            try losePower(of: host, fault)
        case .disk(let host, let freeBytes):
            try fillDisk(of: host, freeBytes: freeBytes, fault)
        case .exec(let host, let command, _):
            try launchCommand(command, on: host, of: fault, heals: false)
        }
        recorder.record(.faultStarted(transition(of: fault, isOver: false)))
        scheduleAfterBegin(of: fault)
    }

    private func scheduleAfterBegin(of fault: FaultInstance) {
        if fault.spec.at == nil, let lasts = fault.spec.lasts {
            timers.add(.healFault(fault), at: clock.now + lasts)
        }
        switch fault.spec.action {
        case .flap(_, let down, _):
            timers.add(.flap(fault, down: false), at: clock.now + down)
        case .cpu:
            timers.add(.duty(fault, frozen: true), at: clock.now)
        case .crash, .powerLoss, .pause, .stop, .restart, .cut, .partition, .degrade, .bufferbloat,
            .mtuBlackHole, .reset, .clock, .memory, .openFiles, .disk, .exec, .certificate, .trust:
            break
        }
    }

    func heal(_ fault: FaultInstance) throws {
        guard fault.isActive else { return }
        try close(fault)
        switch fault.spec.action {
        case .certificate(let hosts, _): try renewCertificates(of: hosts, fault)
        case .trust: break
        case .crash, .stop:
            for process in fault.processes where process.life.healed() { try startAgain(process) }
        case .powerLoss(let host): try restorePower(of: host, fault)
        case .pause, .cpu, .memory, .openFiles, .clock:
            try relieve(fault)
        case .restart: break
        case .cut, .flap, .degrade, .bufferbloat, .mtuBlackHole, .partition, .reset:
            try mendLinks(of: fault)
        case .disk(let host, _):
            try freeDisk(of: host, fault)
        case .exec(let host, _, let command):
            if let command {
                // Its end is the fault's end.
                return try launchCommand(command, on: host, of: fault, heals: true)
            }
        }
        recorder.record(.faultHealed(transition(of: fault, isOver: true)))
    }

    /// Faults that last to the end: what they touched is the proof that they took hold. Those that
    /// still wait for events have missed their time.
    func closeFaults() throws {
        for fault in faults where fault.isActive {
            try close(fault)
            try mendLinks(of: fault)
            if fault.spec.object == .process { try relieve(fault) }
            recorder.record(.faultHealed(transition(of: fault, isOver: true)))
        }
        for fault in faults {
            guard let condition = fault.condition, !fault.hasBegun else { continue }
            recorder.record(
                .faultMissed(
                    FaultMissed(
                        fault: fault.spec.name, verb: fault.spec.verb,
                        progress: condition.progress)))
        }
    }

    private func close(_ fault: FaultInstance) throws {
        fault.isActive = false
        fault.detail = fault.commandFailure
        try countTouched(by: fault)
        countReadings(of: fault)
        countReloads(of: fault)
    }

    /// The other half of a flap: down to up, or up to down.
    func flap(_ fault: FaultInstance, down: Bool) throws {
        guard fault.isActive, case .flap(_, let downTime, let upTime) = fault.spec.action else {
            return
        }
        if down {
            try impair(fault, .cut)
        } else {
            try countTouched(by: fault)
            try mendLinks(of: fault)
        }
        timers.add(.flap(fault, down: !down), at: clock.now + (down ? downTime : upTime))
    }

    func transition(of fault: FaultInstance, isOver: Bool) -> FaultTransition {
        func name(_ host: HostIndex) -> String { hostNames[Int(host.value)] }
        var targets =
            fault.processes.map(\.label) + fault.links.map(\.name)
            + fault.pairs.map { "\(name($0.source))>\(name($0.destination))" }
        switch fault.spec.action {
        case .disk(let host, _), .exec(let host, _, _), .powerLoss(let host): targets.append(host)
        case .crash, .pause, .stop, .restart, .cut, .partition, .flap, .degrade, .bufferbloat,
            .mtuBlackHole, .reset, .clock, .cpu, .memory, .openFiles, .certificate, .trust:
            break
        }
        return FaultTransition(
            fault: fault.spec.name, verb: fault.spec.verb, targets: targets,
            touched: isOver ? fault.touched : nil, detail: fault.detail,
            mended: isOver ? fault.mended : nil)
    }
}

/// Faults that wait for events.
extension ScenarioRun {
    /// Shows what has been recorded since the last call to the faults that wait.
    func examineNewEvents() {
        guard faults.contains(where: { $0.condition != nil }) else { return }
        while examinedEvents < recorder.events.count {
            let event = recorder.events[examinedEvents]
            examinedEvents += 1
            let time = trafficStart.map { event.at - $0 }
            for fault in faults { show(event, at: time, to: fault) }
        }
    }

    private func show(_ event: RunEvent, at time: Duration?, to fault: FaultInstance) {
        guard !fault.hasBegun, let trafficStart else { return }
        switch fault.condition?.happened(event.fact, at: time) {
        case nil, .nothing: return
        case .begin(let delay):
            let due = event.at + delay
            // What begins after the traffic has ended would hit nothing.
            guard due < trafficStart + scenario.duration else { return }
            fault.hasBegun = true
            fault.detail = "after \(EventMatcher.text(of: event.fact))"
            timers.add(.beginFault(fault), at: due)
        }
    }
}
