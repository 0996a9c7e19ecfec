internal import CommyBase
internal import CommyLinux
internal import SimModel

/// Faults on whole hosts: a disk that is full, and commands of the scenario's own.
extension ScenarioRun {
    func fillDisk(of host: String, freeBytes: Int, _ fault: FaultInstance) throws {
        do throws(SystemError) {
            let count = try hosts[index(of: host)].setDisk(freeBytes: freeBytes)
            fault.touched += UInt64(count > 0 ? 1 : 0)
        } catch {
            throw LabError(error, doing: "fill the disk of \(host)")
        }
    }

    func freeDisk(of host: String, _ fault: FaultInstance) throws {
        do throws(SystemError) {
            fault.mended = try hosts[index(of: host)].setDisk(freeBytes: nil) > 0
        } catch {
            fault.mended = false
            fault.detail = "\(error)"
        }
    }

    /// The host is off from this instant on: no packet leaves or reaches it, its processes and its
    /// kernel's connections are gone, and nobody is told.
    func losePower(of host: String, _ fault: FaultInstance) throws {
        let number = index(of: host)
        fabric?.block(pairs(of: number), of: nil)
        try fabric?.setPower(of: number, isOn: false)
        fault.processes = processes.filter { $0.host == number }
        for process in fault.processes {
            let wasAlive = process.life.isAlive
            _ = process.life.leaveOrdered(then: .stayDown)
            if wasAlive, try signal(process, 9) { fault.touched += 1 }
        }
        try loseConnections(of: number)
    }

    func restorePower(of host: String, _ fault: FaultInstance) throws {
        let number = index(of: host)
        // Under the machine's clock the last process may have ended after the power was lost.
        try loseConnections(of: number)
        try fabric?.setPower(of: number, isOn: true)
        fabric?.unblock(pairs(of: number), of: nil)
        for process in fault.processes where process.life.healed() { try startAgain(process) }
        fault.mended = true
    }

    private func loseConnections(of host: Int) throws {
        do throws(SystemError) {
            try hosts[host].loseConnections()
        } catch {
            throw LabError(
                error, doing: "take the power from host \(hostNames[host])",
                cure: "the kernel must have CONFIG_INET_DIAG_DESTROY; 'crash' works without")
        }
    }

    /// Everything between this host and the others, both ways.
    private func pairs(of host: Int) -> [HostPair] {
        hostNames.indices.filter { $0 != host }.flatMap { other in
            [
                HostPair(source: HostIndex(host), destination: HostIndex(other)),
                HostPair(source: HostIndex(other), destination: HostIndex(host)),
            ]
        }
    }

    func launchCommand(
        _ command: ProcessSpec.Command, on hostName: String, of fault: FaultInstance, heals: Bool
    ) throws {
        let host = index(of: hostName)
        let placeholders = placeholders(host: host, directory: HostSandbox.directory)
        let launched = try hosts[host].launch(
            LaunchRequest(
                arguments: placeholders.fill(command),
                environment: Self.environmentLines(directory: HostSandbox.directory, own: []),
                directory: HostSandbox.directory),
            user: environment.processUser, group: environment.processGroup)
        owners[HostProcess(host: host, pid: launched.insidePID)] = .faultCommand(
            fault, heals: heals)
        closeOutput(fault.commandOutput)
        closeOutput(fault.commandErrors)
        fault.commandWords = ""
        // A command whose output nobody reads would end by SIGPIPE at its first word.
        let output = try watch(launched.standardOutput.raw, .faultOutput(fault))
        let errors = try watch(launched.standardError.raw, .faultOutput(fault))
        launched.handOutput(to: fault.commandOutput, output, fault.commandErrors, errors)
    }

    func readFaultOutput(of fault: FaultInstance) {
        drain(fault.commandOutput) { fault.commandWords = $0 }
        drain(fault.commandErrors) { fault.commandWords = $0 }
    }

    func commandEnded(of fault: FaultInstance, heals: Bool, _ ending: WaitStatus) {
        readFaultOutput(of: fault)
        closeOutput(fault.commandOutput)
        closeOutput(fault.commandErrors)
        let words = fault.commandWords.isEmpty ? "" : ": \(fault.commandWords)"
        let failure = ending.code == 0 ? nil : "its command \(ending.words)\(words)"
        guard heals else {
            if failure == nil { fault.touched += 1 }
            fault.commandFailure = failure
            return
        }
        fault.mended = failure == nil
        fault.detail = failure ?? fault.commandFailure
        recorder.record(.faultHealed(transition(of: fault, isOver: true)))
    }

    func index(of host: String) -> Int {
        guard let index = hostNames.firstIndex(of: host) else {
            preconditionFailure("the reader has resolved every host")
        }
        return index
    }

    func placeholders(host: Int, directory: String) -> Placeholders {
        Placeholders(
            host: host, directory: directory, scenarioDirectory: Self.directory(of: file),
            traffic: environment.traffic.path, hostNames: hostNames)
    }
}

extension Placeholders {
    /// The words of a command with everything filled in.
    func fill(_ command: ProcessSpec.Command) -> [String] {
        switch command {
        case .arguments(let words): words.map(fill)
        case .shell(let line): ["/bin/sh", "-c", fill(line)]
        }
    }
}
