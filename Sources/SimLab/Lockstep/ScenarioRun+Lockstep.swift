internal import CommyBase
internal import CommyLinux
internal import CommyShm
internal import SimModel

/// The world `lockstep`: the run's own loop under a virtual clock.
///
/// What the machine has to tell comes when it comes: ends of processes, output, signals. Here it is
/// only kept; it becomes part of the run at points that are the same in every run (`+Turns`).
extension ScenarioRun {
    var lockstepFabric: LockstepFabric? { fabric as? LockstepFabric }

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
                lockstepFabric?.stirAll()
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
            try freeze(before: next, conductor)
            conductor.advance(to: max(next, clock.now))
        }
    }

    /// The network does what it can do now; whom it reaches becomes due.
    func settle(_ conductor: Conductor) throws -> MeshInstant {
        guard let fabric = lockstepFabric else { return .never }
        let next = try fabric.settle()
        fabric.takeReached { conductor.poke(host: $0) }
        if let host = fabric.takeUnsolicited() { throw unsolicitedPacket(of: host, conductor) }
        return next
    }

    /// Signals of this process and the limit of the run, which come by real time.
    private func lookAtMachine(_ conductor: Conductor) throws {
        turns &+= 1
        guard turns % 256 == 0 else { return }
        try pollSources()
        recorder.flush()
        if conductor.machine.now > conductor.limit { try perform(.timeOut) }
    }

    /// Takes what the machine has for the run, without waiting; of programs it is only kept.
    func pollSources() throws {
        // Messages that came with an answer make no descriptor readable.
        for host in hosts where host.hasWaitingMessages { try serveHost(host.index) }
        let count = try epoll.wait(nanoseconds: 0)
        for index in 0..<count {
            let event = epoll.event(at: index)
            guard let source = sources[Int(event.token)] else { continue }
            switch source {
            case .output(let process, .stdout): try keep(process.output, of: process)
            case .output(let process, .stderr): try keep(process.errors, of: process)
            // Read at the end of the generator's turn, and never before.
            case .traffic, .trafficErrors: break
            case .host, .probeOutput, .faultOutput, .signals, .stopper, .fabric: try serve(source)
            }
        }
    }

    /// Makes room in a pipe, so that its writer goes on; the lines wait for the end of the turn.
    private func keep(_ output: CapturedOutput, of process: ProcessInstance) throws {
        output.keep(through: &recorder.scratch)
        guard output.keptByteCount > CapturedOutput.keptByteLimit else { return }
        throw LabError(
            "\(process.label) has written more than \(CapturedOutput.keptByteLimit >> 20) MiB in "
                + "one turn", cure: Self.contract)
    }
}
