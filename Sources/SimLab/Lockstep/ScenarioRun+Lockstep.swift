internal import CommyBase
internal import CommyLinux
internal import CommyShm
internal import Foundation
internal import SimModel

/// The world `lockstep`: the run's own loop under a virtual clock.
extension ScenarioRun {
    /// How long a program may keep the token, in real time; far above what any turn takes.
    private static var turnLimit: Int64 { 10_000_000_000 }
    /// How long a program may take from its start to its first wait, in real time.
    private static var joinLimit: Int64 { 15_000_000_000 }
    /// After this much real time a wait looks around for what else may have happened.
    private static var lookAround: Int64 { 2_000_000 }

    private var lockstepFabric: LockstepFabric? { fabric as? LockstepFabric }

    func startLockstepFabric(_ setUp: FabricSetUp, _ time: VirtualTime) throws -> LockstepFabric {
        guard let conductor else { preconditionFailure("a virtual clock has a conductor") }
        return try LockstepFabric(setUp, time: time, trace: conductor.trace)
    }

    /// Serves programs, timers and the network until `isDone` says so; time goes on when nothing is
    /// left to do at its instant.
    func lockstepLoop(_ conductor: Conductor, until isDone: () -> Bool) throws {
        while !isDone() {
            if let abortReason { throw LabError(abortReason) }
            try lookAtMachine(conductor)
            while let action = timers.pop(at: clock.now) {
                try perform(action)
                stirAll()
                if isDone() { return }
            }
            examineNewEvents()
            if isDone() { return }
            if let member = conductor.nextDue() {
                try run(member, conductor)
                continue
            }
            let network = try settle(conductor)
            if conductor.nextDue() != nil { continue }
            let next = min(timers.next, network, conductor.nextDeadline)
            guard next != .never else {
                throw LabError(
                    "nothing will ever happen again: no program waits for an instant, and nothing "
                        + "is under way")
            }
            conductor.time.advance(to: max(next, clock.now))
        }
    }

    /// The network does what it can do now; whom it reaches becomes due.
    private func settle(_ conductor: Conductor) throws -> MeshInstant {
        guard let fabric = lockstepFabric else { return .never }
        let next = try fabric.settle()
        for host in fabric.takeReached() { conductor.poke(host: host) }
        return next
    }

    private func stirAll() {
        for host in hosts.indices { lockstepFabric?.stir(host) }
    }

    /// Signals of this process and messages of hosts, which come by real time.
    private func lookAtMachine(_ conductor: Conductor) throws {
        turns &+= 1
        guard turns % 256 == 0 else { return }
        try pollSources()
        recorder.flush()
        if conductor.machine.now > conductor.limit {
            try perform(.timeOut)
        }
    }

    /// Serves what the machine has for the run, without waiting.
    private func pollSources() throws {
        // Messages that came with an answer make no descriptor readable.
        for host in hosts where host.hasWaitingMessages { try serveHost(host.index) }
        let count = try epoll.wait(nanoseconds: 0)
        for index in 0..<count {
            let event = epoll.event(at: index)
            guard let source = sources[Int(event.token)] else { continue }
            try serve(source)
        }
    }

    /// One turn of a program.
    private func run(_ member: Conductor.Member, _ conductor: Conductor) throws {
        conductor.grant(member)
        let began = MonotonicClock()
        while conductor.running === member {
            if member.slot.waitUntilReturned(nanoseconds: Self.lookAround) {
                conductor.returned(member)
                break
            }
            // It may have ended, or be waiting for its output to be read.
            try pollSources()
            if began.now.nanoseconds > Self.turnLimit { throw breach(of: member, "kept the token") }
        }
        try collect(member)
        lockstepFabric?.stir(member.host)
        _ = try settle(conductor)
        if let breach = member.slot.breach {
            throw LabError(
                "\(member.label) looked at a clock of its own (number \(breach.clock)) in "
                    + "\(breach.module)+0x\(String(breach.offset, radix: 16))",
                cure: "take the time from the control page; see Scenarios/LOCKSTEP.md")
        }
    }

    /// Whatever a member has written in its turn is read now, so that it belongs to this instant.
    private func collect(_ member: Conductor.Member) throws {
        let key = HostProcess(host: member.host, pid: member.insidePID)
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

    private func breach(of member: Conductor.Member, _ what: String) -> LabError {
        LabError(
            "\(member.label) \(what) for \(Self.turnLimit / 1_000_000_000) s of real time; "
                + ProcessState(of: member.outsidePID).words,
            cure: "between a grant and the next park a program may neither wait nor spin; see "
                + "Scenarios/LOCKSTEP.md")
    }
}

/// Programs come and go.
extension ScenarioRun {
    /// Lays down the page of a program that is about to start, and says what it needs in its
    /// environment; nil under the machine's clock.
    func prepareLockstep(_ label: String, host: Int, directory: String) throws -> (
        slot: SlotBox, environment: [(String, String)]
    )? {
        guard conductor != nil else { return nil }
        lockstepPages += 1
        let path = "\(directory)/.lockstep-\(lockstepPages)"
        try hosts[host].writeFile(
            path, content: LockstepSlot.blank, user: environment.processUser,
            group: environment.processGroup)
        do throws(SystemError) {
            let file = try FileDescriptor.open(
                "/proc/\(hosts[host].processID)/root\(path)", flags: 2)
            let seed = RandomKey(seed: seed).labelled("process").labelled(label)
            let slot = try LockstepSlot(file, seed: seed.value)
            return (
                SlotBox(slot),
                [
                    (LockstepLayout.pathVariable, path),
                    // Notices who reads a clock of its own.
                    ("LD_PRELOAD", environment.clockLibrary.path),
                    ("SWIFT_DETERMINISTIC_HASHING", "1"),
                ]
            )
        } catch {
            throw LabError(error, doing: "make the control page of \(label)")
        }
    }

    /// Waits until a started program has joined or ended; the first is a member from now on.
    func awaitJoining(
        _ prepared: SlotBox, label: String, host: Int, rank: Int, launched: (Int32, Int32)
    ) throws {
        guard let conductor else { return }
        let key = HostProcess(host: host, pid: launched.0)
        let began = MonotonicClock()
        while !prepared.hasJoined(within: Self.lookAround) {
            // One that only prepares something may end without ever joining.
            try pollSources()
            if owners[key] == nil { return }
            guard began.now.nanoseconds < Self.joinLimit else {
                throw LabError(
                    "\(label) has not joined the lockstep run within "
                        + "\(Self.joinLimit / 1_000_000_000) s",
                    cure: "only lockstep-aware programs can be run in this world (see "
                        + "Scenarios/LOCKSTEP.md); others need 'world: realtime'")
            }
        }
        guard let slot = prepared.take() else { return }
        let member = Conductor.Member(
            label: label, host: host, rank: rank, insidePID: launched.0,
            outsidePID: launched.1, slot: slot)
        conductor.joined(member)
        // What it wrote before it joined comes before its first turn, in every run.
        try collect(member)
    }

    /// After a signal that ends: the end belongs to this instant.
    func awaitEnd(host: Int, pid: Int32) throws {
        guard conductor != nil else { return }
        let key = HostProcess(host: host, pid: pid)
        let began = MonotonicClock()
        while owners[key] != nil {
            _ = try? FileDescriptor.waitReadable(hosts[host].messageDescriptor, milliseconds: 10)
            try serveHost(host)
            guard began.now.nanoseconds < Self.turnLimit else {
                throw LabError("a killed process of host \(hostNames[host]) does not end")
            }
        }
        lockstepFabric?.stir(host)
    }

    /// A program that is to be reachable is ready when it listens: asking it would be traffic.
    func lookForListener(_ process: ProcessInstance) throws {
        guard process.life.state == .starting, let readiness = process.spec.readiness else {
            return
        }
        let port: UInt16
        switch readiness {
        case .tcp(let number): port = number
        case .http(let number, _): port = number
        case .exec, .log, .delay: return
        }
        guard ListeningPorts.contains(port, of: process.outsidePID) else { return }
        timers.add(
            .becomeReady(process, incarnation: process.life.incarnation), at: clock.now)
    }
}

/// Carries a slot from where it is made to where it is owned.
final class SlotBox {
    private var slot: LockstepSlot?

    init(_ slot: consuming LockstepSlot) { self.slot = consume slot }

    func hasJoined(within nanoseconds: Int64) -> Bool {
        slot?.waitUntilJoined(nanoseconds: nanoseconds) ?? false
    }

    func take() -> LockstepSlot? { slot.take() }
}
