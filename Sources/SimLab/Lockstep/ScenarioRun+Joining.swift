internal import CommyBase
internal import CommyLinux
internal import CommyShm
internal import SimModel

/// Programs come to a lockstep run.
extension ScenarioRun {
    /// How long a program may take from its start to its first wait, in real time.
    private static var joinLimit: Int64 { 15_000_000_000 }

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
                    // Notices who breaks the contract.
                    ("LD_PRELOAD", environment.clockLibrary.path),
                    ("SWIFT_DETERMINISTIC_HASHING", "1"),
                ]
            )
        } catch {
            throw LabError(error, doing: "make the control page of \(label)")
        }
    }

    /// Waits until a started program has joined or ended; the first is a member from now on. What
    /// it has written until then belongs to this instant.
    func awaitJoining(
        _ prepared: SlotBox, label: String, host: Int, rank: Int, launched: (Int32, Int32)
    ) throws {
        guard let conductor else { return }
        let key = HostProcess(host: host, pid: launched.0)
        let patience = Patience(
            with: launched.1, limit: Self.joinLimit, from: conductor.machine.now)
        while !prepared.hasJoined(within: Self.lookAround) {
            // One that only prepares something may end without ever joining.
            try pollSources()
            if conductor.ended[key] != nil { return try commitEnd(of: key) }
            if let abortReason { throw LabError(abortReason) }
            switch patience.judge(at: conductor.machine.now) {
            case .waits: break
            case .isStarved: throw patience.starvation(of: label, at: conductor.machine.now)
            case .isOver:
                throw LabError(
                    "\(label) has not joined the lockstep run within "
                        + "\(Self.joinLimit / 1_000_000_000) s; "
                        + ProcessState(of: launched.1).words,
                    cure: "only lockstep-aware programs can be run in this world (see "
                        + "Scenarios/LOCKSTEP.md); others need 'world: realtime'")
            }
        }
        guard let slot = prepared.take() else { return }
        let member = LockstepProgram(
            label: label, host: host, rank: rank, insidePID: launched.0,
            outsidePID: launched.1, slot: slot)
        if case .process(let process) = owners[key], let wrong = process.virtualClock {
            member.clockChange = wrong.change
            member.clockSince = wrong.since
        }
        conductor.joined(member)
        try collect(key)
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
        guard try isListening(port, process) else { return }
        timers.add(
            .becomeReady(process, incarnation: process.life.incarnation), at: clock.now)
    }
}

extension ScenarioRun {
    private func isListening(_ port: UInt16, _ process: ProcessInstance) throws -> Bool {
        do throws(SystemError) {
            return try hosts[process.host].isListening(on: port)
        } catch {
            // A kernel without sock_diag(7) tells it in a file, more slowly.
            return ListeningPorts.contains(port, of: process.outsidePID)
        }
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
