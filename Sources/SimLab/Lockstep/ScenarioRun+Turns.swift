internal import CommyBase
internal import CommyLinux
internal import CommyShm
internal import SimModel

/// One program's turn, and what of it belongs to the run.
extension ScenarioRun {
    /// How long a program may keep the token, in real time; far above what any turn takes.
    static var turnLimit: Int64 { 10_000_000_000 }
    /// After this much real time a wait looks around for what else may have happened.
    static var lookAround: Int64 { 2_000_000 }

    func run(_ member: LockstepProgram, _ conductor: Conductor) throws {
        let key = HostProcess(host: member.host, pid: member.insidePID)
        conductor.begin(member)
        // Just before it runs: whatever a handler does, nobody else runs meanwhile.
        for number in member.signals {
            _ = try hosts[member.host].signalSession(leader: member.insidePID, number)
        }
        member.signals = []
        conductor.grant(member)
        let hasEnded = try awaitReturn(of: member, key, conductor)
        conductor.takeBack(member)
        if hasEnded {
            try commitEnd(of: key)
        } else {
            try collect(key)
        }
        lockstepFabric?.stir(member.host)
        _ = try settle(conductor)
        try judge(member)
    }

    /// Waits until the token is back (false) or the program has ended (true).
    private func awaitReturn(
        of member: LockstepProgram, _ key: HostProcess, _ conductor: Conductor
    ) throws -> Bool {
        if member.slot.waitUntilReturned(nanoseconds: Self.lookAround), member.slot.isParked {
            return false
        }
        let patience = Patience(
            with: member.outsidePID, limit: Self.turnLimit, from: conductor.machine.now)
        while true {
            // It may have ended, or wait for its output to be read.
            try pollSources()
            if conductor.ended[key] != nil { return true }
            if let abortReason { throw LabError(abortReason) }
            switch patience.judge(at: conductor.machine.now) {
            case .waits: break
            case .isOver:
                let what = member.slot.hasLeft ? "has left and did not end" : "kept the token"
                throw breach(of: member, what)
            case .isStarved:
                throw patience.starvation(of: member.label, at: conductor.machine.now)
            }
            if member.slot.hasLeft {
                _ = try? FileDescriptor.waitReadable(
                    hosts[member.host].messageDescriptor, milliseconds: 10)
            } else if member.slot.waitUntilReturned(nanoseconds: Self.lookAround),
                member.slot.isParked
            {
                return false
            }
        }
    }

    /// The end of a process is part of the run from here on.
    func commitEnd(of key: HostProcess) throws {
        guard let message = conductor?.ended.removeValue(forKey: key) else {
            preconditionFailure("only what has ended is committed")
        }
        try processExited(host: key.host, message)
    }

    /// Whatever a member has written in its turn is read now, so that it belongs to this instant:
    /// first its standard output, then its standard error, in whatever order they were written.
    func collect(_ key: HostProcess) throws {
        switch owners[key] {
        case .process(let process):
            readOutput(of: process, .stdout)
            readOutput(of: process, .stderr)
            try lookForListener(process)
        case .traffic(let instance):
            try readRecords(of: instance)
            readTrafficErrors(of: instance)
        case .probe, .faultCommand, nil: break
        }
    }

    /// After a signal that ends: the end belongs to this instant.
    func awaitEnd(host: Int, pid: Int32) throws {
        guard let conductor else { return }
        let key = HostProcess(host: host, pid: pid)
        let began = conductor.machine.now
        while conductor.ended[key] == nil {
            guard owners[key] != nil else { return }
            try serveHost(host)
            if conductor.ended[key] != nil { break }
            _ = try? FileDescriptor.waitReadable(hosts[host].messageDescriptor, milliseconds: 10)
            guard (conductor.machine.now - began).nanoseconds < Self.turnLimit else {
                throw LabError("a killed process of host \(hostNames[host]) does not end")
            }
        }
        try commitEnd(of: key)
        lockstepFabric?.stir(host)
    }

    /// What a dead leader has left behind ends now, not when its kernel comes to it.
    func awaitSessionEnd(host: Int, leader: Int32) throws(SystemError) {
        let clock = MonotonicClock()
        while try hosts[host].signalSession(leader: leader, 9) > 0 {
            guard clock.now.nanoseconds < Self.turnLimit else { break }
            clock.sleep(until: clock.now + .milliseconds(1))
        }
        lockstepFabric?.stir(host)
    }
}
