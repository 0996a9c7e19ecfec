internal import CommyBase
internal import CommyLinux
internal import Foundation
internal import SimModel

extension ScenarioRun {
    /// Starts every process once what it comes after is ready, and returns when all are.
    func startAllProcesses() throws {
        for spec in scenario.processes {
            for name in spec.hosts {
                guard let host = hostNames.firstIndex(of: name) else {
                    preconditionFailure("the reader has resolved every host")
                }
                processes.append(ProcessInstance(spec: spec, host: host, hostName: name))
            }
        }
        try startWhatCanStart()
        try loop { processes.allSatisfy(\.isReady) }
    }

    /// Starts the processes whose predecessors are ready.
    func startWhatCanStart() throws {
        for process in processes
        where process.life.state == .waiting && process.life.incarnation == 0 {
            let waits = processes.contains {
                process.spec.after.contains($0.spec.name) && !$0.isReady
            }
            if !waits { try start(process) }
        }
    }

    /// Starts the next incarnation of a process.
    func start(_ process: ProcessInstance) throws {
        let host = hosts[process.host]
        let placeholders = placeholders(host: process.host, directory: process.directory)
        if !process.isPrepared {
            for scratch in process.spec.files {
                try host.writeFile(
                    "\(process.directory)/\(placeholders.fill(scratch.path))",
                    content: Array(placeholders.fill(scratch.content).utf8),
                    user: environment.processUser, group: environment.processGroup)
            }
            try prepareWallClock(of: process)
            if process.spec.role == .node { try prepareIdentity(of: process) }
            process.isPrepared = true
        }
        let prepared = try prepareLockstep(
            process.label, host: process.host, directory: process.directory)
        let command = scenario.command(of: process.spec, on: process.hostName)
        let arguments = placeholders.fill(command)
        let launched = try host.launch(
            LaunchRequest(
                arguments: arguments,
                environment: Self.environmentLines(
                    directory: process.directory,
                    own: process.spec.environment.map {
                        ($0.name, placeholders.fill($0.value))
                    } + clockEnvironment(of: process) + (prepared?.environment ?? [])),
                directory: process.directory, capabilities: process.spec.capabilities,
                limits: process.spec.limits),
            user: environment.processUser, group: environment.processGroup)
        process.life.launched()
        process.insidePID = launched.insidePID
        process.outsidePID = launched.outsidePID
        process.startedAt = clock.now
        process.freezers = []
        process.lineCount = 0
        process.reports.incarnationBegins()
        process.lastLeader = nil
        owners[HostProcess(host: process.host, pid: launched.insidePID)] = .process(process)
        try attachOutput(launched, to: process)
        recorder.record(
            .processStarted(
                ProcessStarted(
                    host: process.hostName, process: process.spec.name, pid: process.outsidePID,
                    command: arguments, incarnation: process.life.incarnation)))
        if let prepared, let pid = process.insidePID {
            try awaitJoining(
                prepared.slot, label: process.label, host: process.host,
                rank: rank(of: process), launched: (pid, process.outsidePID))
            guard process.insidePID == pid else { return }
        }
        try beginProbing(process, placeholders)
    }

    /// Its place in the scenario file, by which neighbours on a host take turns.
    private func rank(of process: ProcessInstance) -> Int {
        processes.firstIndex { $0 === process } ?? 0
    }

    /// The whole environment of a process: little, and the same on every machine.
    static func environmentLines(directory: String, own: [(String, String)]) -> [String] {
        let base = [
            ("PATH", ProgramSearch.path), ("HOME", directory), ("LANG", "C.UTF-8"),
            ("TMPDIR", "/tmp"), ("COMMY_SIM", "1"),
        ]
        let kept = base.filter { entry in !own.contains { $0.0 == entry.0 } }
        return (kept + own).map { "\($0.0)=\($0.1)" }
    }

    private func attachOutput(_ launched: consuming LaunchedProcess, to process: ProcessInstance)
        throws(SystemError)
    {
        closeOutput(process.output)
        closeOutput(process.errors)
        let output = try watch(launched.standardOutput.raw, .output(process, .stdout))
        let errors = try watch(launched.standardError.raw, .output(process, .stderr))
        launched.handOutput(to: process.output, output, process.errors, errors)
    }

    func closeOutput(_ output: CapturedOutput) {
        guard let raw = output.raw else { return }
        unwatch(raw, token: output.token)
        output.close()
    }

    func readOutput(of process: ProcessInstance, _ stream: ProcessOutput.Stream) {
        switch stream {
        case .stdout: drain(process.output) { self.note($0, of: process, stream) }
        case .stderr: drain(process.errors) { self.note($0, of: process, stream) }
        }
    }

    /// Reads what is there and gives out whole lines; closes the descriptor at its end.
    func drain(_ output: CapturedOutput, line: (String) -> Void) {
        if output.keptByteCount > 0 {
            for text in output.splitter.append(output.takeKept()[...]) { line(text) }
        }
        // A program that writes without pause must not keep the loop: 1 MiB a turn.
        for _ in 0..<16 {
            guard let count = output.read(into: &recorder.scratch) else { return }
            if count == 0 {
                if let last = output.splitter.finish() { line(last) }
                closeOutput(output)
                return
            }
            for text in output.splitter.append(recorder.scratch[..<count]) { line(text) }
        }
    }

    private func note(_ line: String, of process: ProcessInstance, _ stream: ProcessOutput.Stream) {
        lookForReadiness(in: line, of: process)
        if noteReport(line, of: process.spec.name, on: process.hostName, process.reports) { return }
        process.lineCount += 1
        if process.lineCount > CapturedOutput.lineLimit { return }
        let text =
            process.lineCount == CapturedOutput.lineLimit
            ? "(\(CapturedOutput.lineLimit) lines recorded; the rest is left out)" : line
        recorder.record(
            .processOutput(
                ProcessOutput(
                    host: process.hostName, process: process.spec.name, stream: stream, line: text))
        )
    }

    /// A process of a host has ended: one of the scenario's, a probe, or a traffic generator.
    func processExited(host: Int, _ message: InitMessage) throws {
        let key = HostProcess(host: host, pid: message.pid)
        // Orphans that process 1 adopted belong to nobody.
        guard let owner = owners.removeValue(forKey: key) else { return }
        conductor?.left(host: host, insidePID: message.pid)
        let ending = WaitStatus(message.status)
        switch owner {
        case .process(let process): try ended(process, ending, message)
        case .probe(let process, let incarnation):
            try probeEnded(of: process, incarnation: incarnation, ending)
        case .traffic(let instance): try trafficEnded(instance, ending)
        case .faultCommand(let fault, let heals): commandEnded(of: fault, heals: heals, ending)
        }
    }

    private func ended(_ process: ProcessInstance, _ ending: WaitStatus, _ message: InitMessage)
        throws
    {
        readOutput(of: process, .stdout)
        readOutput(of: process, .stderr)
        process.lastLeader = process.insidePID
        process.insidePID = nil
        process.isReady = false
        stopProbing(process)
        let decision = process.life.exited(succeeded: ending.code == 0)
        recorder.record(
            .processExited(
                ProcessExited(
                    host: process.hostName, process: process.spec.name, exitCode: ending.code,
                    signal: ending.signal,
                    expected: decision == .note || decision == .launch(afterFailure: false),
                    maximumResidentBytes: message.residentBytes,
                    cpuNanoseconds: message.cpuNanoseconds)))
        switch decision {
        case .note: try endSession(of: process)
        case .reportFailure:
            // Before the traffic there is nothing to judge: the scenario could not be set up.
            if scenario.expectsEnd(of: process.spec.name, on: process.hostName) {
                // It was to end: whoever comes after it need not wait.
                process.isReady = true
                try startWhatCanStart()
            } else if trafficStart == nil {
                let when = process.wasEverReady ? "the traffic began" : "it was ready"
                abortReason =
                    "process \(process.label) \(ending.words) before \(when)"
                    + lastWords(of: process)
            }
        case .launch(let afterFailure):
            if !afterFailure { try endSession(of: process) }
            process.failuresInARow = afterFailure ? process.failuresInARow + 1 : 0
            timers.add(.startAgain(process), at: clock.now + restartDelay(process))
        }
    }

    /// 100 ms, doubled with each failure in a row, at most 5 s: soon enough for a scenario of
    /// seconds, and a program that cannot start does not eat the machine.
    private func restartDelay(_ process: ProcessInstance) -> Duration {
        guard process.failuresInARow > 0 else { return .zero }
        return .milliseconds(min(100 << min(process.failuresInARow - 1, 6), 5_000))
    }

    /// What the ended leader has left behind ends too: a service is not stopped while its workers
    /// answer. How many processes that was.
    @discardableResult
    private func endSession(of process: ProcessInstance) throws(SystemError) -> Int {
        guard let leader = process.lastLeader else { return 0 }
        if conductor != nil {
            try awaitSessionEnd(host: process.host, leader: leader)
            return 0
        }
        return try hosts[process.host].signalSession(leader: leader, 9)
    }

    func lastWords(of process: ProcessInstance) -> String {
        let words = recorder.lastOutput(
            host: process.hostName, process: process.spec.name, count: 3)
        return words.isEmpty ? "" : "; its last words:\n    " + words.joined(separator: "\n    ")
    }

    func startAgain(_ process: ProcessInstance) throws {
        guard process.life.state == .waiting else { return }
        // Its predecessor's workers hold ports and files until they are gone.
        guard try endSession(of: process) == 0 else {
            timers.add(.startAgain(process), at: clock.now + .milliseconds(10))
            return
        }
        try start(process)
    }

    /// Sends a signal to a process and all of its session; true when it was there.
    ///
    /// Under a virtual clock a program gets it at the beginning of its next turn, SIGKILL at once;
    /// one that is stopped has no turns.
    @discardableResult
    func signal(_ process: ProcessInstance, _ number: Int32) throws -> Bool {
        guard let pid = process.insidePID else { return false }
        if let conductor, let member = conductor.member(host: process.host, insidePID: pid),
            number != 9
        {
            switch number {
            case Self.stopSignal: conductor.setPaused(member, true)
            case Self.continueSignal: conductor.setPaused(member, false)
            case _:
                member.signals.append(number)
                conductor.poke(member)
            }
            return true
        }
        let reached = try hosts[process.host].signalSession(leader: pid, number) > 0
        if number == 9, reached { try awaitEnd(host: process.host, pid: pid) }
        return reached
    }

    /// Asks a process to end, and kills it when it has not by its limit.
    func stop(_ process: ProcessInstance, then next: ProcessLife.AfterLeaving) throws {
        guard process.life.leaveOrdered(then: next) else { return }
        try signal(process, process.spec.stopSignal)
        // A stopped process takes no signal but SIGKILL and SIGCONT.
        try signal(process, Self.continueSignal)
        timers.add(
            .killLeaving(process, incarnation: process.life.incarnation),
            at: clock.now + process.spec.stopWithin)
    }

    func killIfStillLeaving(_ process: ProcessInstance, incarnation: Int) throws {
        guard process.life.incarnation == incarnation, process.life.isAlive else { return }
        try signal(process, 9)
    }
}

/// What wait(2) says about the end of a process.
struct WaitStatus {
    let code: Int32?
    let signal: Int32?

    init(_ status: Int32) {
        let number = status & 0x7f
        code = number == 0 ? (status >> 8) & 0xff : nil
        signal = number == 0 ? nil : number
    }

    /// `ended with code 1`, `was killed by signal 9`.
    var words: String {
        if let code { return "ended with code \(code)" }
        return "was killed by signal \(signal ?? 0)"
    }
}
