internal import CommyBase
internal import CommyLinux
internal import SimModel

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
        case .crash(let target):
            try hitProcesses(of: fault, target) { process in
                // Also one that is about to leave politely: a crash does not wait for that.
                let wasAlive = process.life.isAlive
                _ = process.life.leaveOrdered(then: .stayDown)
                return wasAlive ? try signal(process, 9) : false
            }
        case .pause(let target):
            try hitProcesses(of: fault, target) { try signal($0, 19) }
        case .stop(let target):
            try hitProcesses(of: fault, target) { process in
                let wasAlive = process.life.isAlive
                try stop(process, then: .stayDown)
                return wasAlive
            }
        case .restart(let target):
            try hitProcesses(of: fault, target) { process in
                let wasAlive = process.life.isAlive
                try stop(process, then: .startAgain)
                return wasAlive
            }
        case .cut(let selector), .flap(let selector, _, _):
            try hitLinks(of: fault, selector, .cut)
        case .degrade(let selector, let change), .bufferbloat(let selector, let change),
            .mtuBlackHole(let selector, let change):
            try hitLinks(of: fault, selector, .degrade(change))
        case .partition(let groups):
            fault.pairs = NetworkPlan(topology: scenario.topology, seed: seed).partitionPairs(
                groups)
            try impair(fault, .cut)
        case .reset, .clock, .cpu, .memory, .openFiles, .disk, .exec: break
        }
        recorder.record(.faultStarted(transition(of: fault, touched: nil)))
        if case .flap(_, let down, _) = fault.spec.action {
            timers.add(.flap(fault, down: false), at: clock.now + down)
        }
    }

    func heal(_ fault: FaultInstance) throws {
        guard fault.isActive else { return }
        try close(fault)
        switch fault.spec.action {
        case .crash, .stop:
            for process in fault.processes where process.life.healed() { try start(process) }
        case .pause:
            for process in fault.processes { try signal(process, 18) }
        case .restart: break
        case .cut, .flap, .degrade, .bufferbloat, .mtuBlackHole, .partition:
            try mendLinks(of: fault)
        case .reset, .clock, .cpu, .memory, .openFiles, .disk, .exec: break
        }
        recorder.record(.faultHealed(transition(of: fault, touched: fault.touched)))
    }

    /// Faults that last to the end: what they touched is the proof that they took hold.
    func closeFaults() throws {
        for fault in faults where fault.isActive {
            try close(fault)
            try mendLinks(of: fault)
            if case .pause = fault.spec.action {
                for process in fault.processes { try signal(process, 18) }
            }
            recorder.record(.faultHealed(transition(of: fault, touched: fault.touched)))
        }
    }

    private func close(_ fault: FaultInstance) throws {
        fault.isActive = false
        try countTouched(by: fault)
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

    private func hitProcesses(
        of fault: FaultInstance, _ target: ProcessTarget, _ hit: (ProcessInstance) throws -> Bool
    ) throws {
        fault.processes = processes.filter { target.hits($0) }
        for process in fault.processes where try hit(process) { fault.touched += 1 }
    }

    private func name(of host: HostIndex) -> String { hostNames[Int(host.value)] }

    private func transition(of fault: FaultInstance, touched: UInt64?) -> FaultTransition {
        let targets =
            fault.processes.map(\.label) + fault.links.map(\.name)
            + fault.pairs.map { "\(name(of: $0.source))>\(name(of: $0.destination))" }
        return FaultTransition(
            fault: fault.spec.name, verb: fault.spec.verb, targets: targets, touched: touched)
    }
}

extension ProcessTarget {
    func hits(_ process: ProcessInstance) -> Bool {
        switch self {
        case .host(let name): process.hostName == name
        case .process(let name): process.spec.name == name
        case .processOnHost(let name, let host):
            process.spec.name == name && process.hostName == host
        }
    }
}
