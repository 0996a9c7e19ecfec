internal import CommyBase
internal import CommyLinux
internal import SimModel

/// Faults on processes: they end, stand still, run slowly, run out, or see a wrong time.
extension ScenarioRun {
    /// A `cpu` fault stops and continues its processes with this period: short against anything
    /// that a service promises, long against the cost of the signals.
    private static var dutyPeriod: Duration { .milliseconds(40) }
    static let stopSignal: Int32 = 19
    static let continueSignal: Int32 = 18

    func beginOnProcesses(_ fault: FaultInstance) throws {
        guard let target = fault.spec.processTarget else {
            preconditionFailure("a fault on processes has a target")
        }
        fault.processes = processes.filter { target.hits($0) }
        for process in fault.processes where try hit(process, by: fault) { fault.touched += 1 }
    }

    /// True when there was something to hit. A cpu fault counts what it stops, and a clock fault
    /// who has read the wrong time, when they are over.
    private func hit(_ process: ProcessInstance, by fault: FaultInstance) throws -> Bool {
        let wasAlive = process.life.isAlive
        switch fault.spec.action {
        case .crash:
            // Also one that is about to leave politely: a crash does not wait for that.
            _ = process.life.leaveOrdered(then: .stayDown)
            return wasAlive ? try signal(process, 9) : false
        case .stop:
            try stop(process, then: .stayDown)
            return wasAlive
        case .restart:
            try stop(process, then: .startAgain)
            return wasAlive
        case .pause:
            return try freeze(process, by: fault)
        case .memory(_, let headroom):
            return try lower(.memory, of: process, headroom: headroom)
        case .openFiles(_, let headroom):
            return try lower(.openFiles, of: process, headroom: headroom)
        case .clock(_, let change):
            try setWallClock(of: process, to: change)
            return false
        case .powerLoss, .cpu, .cut, .partition, .flap, .degrade, .bufferbloat, .mtuBlackHole,
            .reset, .disk, .exec, .certificate, .trust:
            return false
        }
    }

    /// Takes back what a fault does to living processes.
    func relieve(_ fault: FaultInstance) throws {
        switch fault.spec.action {
        case .pause, .cpu:
            for process in fault.processes { try thaw(process, by: fault) }
            fault.mended = true
        case .memory: try restore(.memory, fault)
        case .openFiles: try restore(.openFiles, fault)
        case .clock:
            for process in fault.processes { try setWallClock(of: process, to: nil) }
            fault.mended = true
        case .crash, .powerLoss, .stop, .restart, .cut, .partition, .flap, .degrade, .bufferbloat,
            .mtuBlackHole, .reset, .disk, .exec, .certificate, .trust:
            break
        }
    }

    /// Stops a process for a fault; several may want it at once.
    private func freeze(_ process: ProcessInstance, by fault: FaultInstance) throws -> Bool {
        guard process.insidePID != nil else { return false }
        process.freezers.append(fault.index)
        // Under a virtual clock a program stands still by not being granted.
        return try signal(process, Self.stopSignal)
    }

    private func thaw(_ process: ProcessInstance, by fault: FaultInstance) throws {
        guard process.freezers.contains(fault.index) else { return }
        process.freezers.removeAll { $0 == fault.index }
        guard process.freezers.isEmpty else { return }
        try signal(process, Self.continueSignal)
    }

    /// The other half of a cpu fault's period.
    func duty(_ fault: FaultInstance, frozen: Bool) throws {
        guard fault.isActive, case .cpu(_, let share) = fault.spec.action else { return }
        for process in fault.processes {
            if !frozen {
                try thaw(process, by: fault)
            } else if try freeze(process, by: fault) {
                fault.touched += 1
            }
        }
        let part = frozen ? 1 - share : share
        timers.add(.duty(fault, frozen: !frozen), at: clock.now + Self.dutyPeriod * part)
    }

    private func lower(
        _ resource: HostSandbox.Scarce, of process: ProcessInstance, headroom: Int
    ) throws -> Bool {
        guard let leader = process.insidePID else { return false }
        do throws(SystemError) {
            return try hosts[process.host].lower(
                resource, ofSession: leader, headroom: headroom) > 0
        } catch {
            throw LabError(error, doing: "limit \(process.label)")
        }
    }

    /// Limits are kept per host: another fault of the same kind on the same host ends with this
    /// one.
    private func restore(_ resource: HostSandbox.Scarce, _ fault: FaultInstance) throws {
        for host in Set(fault.processes.map(\.host)).sorted() {
            do throws(SystemError) {
                _ = try hosts[host].restore(resource)
            } catch {
                fault.mended = false
                fault.detail = "\(error)"
            }
        }
        fault.mended = fault.mended ?? true
    }
}

extension FaultSpec {
    /// Whom a fault on processes hits.
    var processTarget: ProcessTarget? {
        switch action {
        case .crash(let target), .pause(let target), .stop(let target), .restart(let target),
            .clock(let target, _), .cpu(let target, _), .memory(let target, _),
            .openFiles(let target, _):
            target
        case .powerLoss(let host): .host(host)
        case .cut, .partition, .flap, .degrade, .bufferbloat, .mtuBlackHole, .reset, .disk, .exec,
            .certificate, .trust:
            nil
        }
    }
}

extension ProcessTarget {
    func hits(_ process: ProcessInstance) -> Bool {
        switch self {
        case .host(let name): process.hostName == name
        case .process(let name): process.spec.isCalled(name)
        case .processOnHost(let name, let host):
            process.spec.isCalled(name) && process.hostName == host
        }
    }
}
