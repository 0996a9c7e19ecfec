internal import CommyBase
internal import CommyLinux
internal import SimModel

extension ScenarioRun {
    /// Begins to find out whether a process that was just started is ready.
    func beginProbing(_ process: ProcessInstance, _ placeholders: Placeholders) throws {
        let incarnation = process.life.incarnation
        let limit = process.spec.readyWithin
        guard let readiness = process.spec.readiness else {
            try probeSucceeded(process, incarnation: incarnation)
            return
        }
        if incarnation == 1 { timers.add(.giveUpReadiness(process), at: clock.now + limit) }
        if conductor != nil, readiness.isAskedOverTheNetwork {
            // `lookForListener` sees it after a turn of the process.
            return try lookForListener(process)
        }
        let address = AddressPlan.text4(host: process.host)
        let traffic = environment.traffic.path
        let patience = ["--until-ns", String(limit.nanoseconds)]
        switch readiness {
        case .tcp(let port):
            try launchProbe(
                of: process, [traffic, "probe", "tcp", address, String(port)] + patience)
        case .http(let port, let path):
            try launchProbe(
                of: process,
                [traffic, "probe", "http", address, String(port), placeholders.fill(path)]
                    + patience)
        case .exec(let line):
            // The shell's own loop costs no start of a program of ours per attempt.
            let loop = "until \(placeholders.fill(line)); do sleep 0.05; done >/dev/null 2>&1"
            try launchProbe(of: process, ["/bin/sh", "-c", loop])
        case .log:
            // The output's reader looks for it.
            break
        case .delay(let time):
            timers.add(
                .becomeReady(process, incarnation: incarnation), at: clock.now + time)
        }
    }

    private func launchProbe(of process: ProcessInstance, _ arguments: [String]) throws {
        let launched = try hosts[process.host].launch(
            LaunchRequest(
                arguments: arguments,
                environment: Self.environmentLines(directory: process.directory, own: []),
                directory: process.directory),
            user: environment.processUser, group: environment.processGroup)
        process.probePID = launched.insidePID
        process.probeWords = ""
        owners[HostProcess(host: process.host, pid: launched.insidePID)] = .probe(
            process, incarnation: process.life.incarnation)
        let token = try watch(launched.standardOutput.raw, .probeOutput(process))
        launched.handOutput(to: process.probeOutput, token)
    }

    func readProbe(of process: ProcessInstance) throws {
        drain(process.probeOutput) { process.probeWords = $0 }
    }

    func probeEnded(of process: ProcessInstance, incarnation: Int, _ ending: WaitStatus) throws {
        try readProbe(of: process)
        closeOutput(process.probeOutput)
        process.probePID = nil
        // One that ran out of patience is followed by `giveUpReadiness`.
        if ending.code == 0 { try probeSucceeded(process, incarnation: incarnation) }
    }

    func lookForReadiness(in line: String, of process: ProcessInstance) {
        guard process.life.state == .starting, case .log(let text) = process.spec.readiness,
            line.contains(text)
        else { return }
        // Through the timers, because an output may be read in the middle of something else.
        timers.add(
            .becomeReady(process, incarnation: process.life.incarnation), at: clock.now)
    }

    func probeSucceeded(_ process: ProcessInstance, incarnation: Int) throws {
        guard process.life.incarnation == incarnation, process.life.becameReady() else { return }
        process.isReady = true
        process.wasEverReady = true
        process.failuresInARow = 0
        recorder.record(
            .processReady(
                ProcessReady(
                    host: process.hostName, process: process.spec.name,
                    afterNanoseconds: (clock.now - process.startedAt).nanoseconds)))
        try startWhatCanStart()
    }

    /// The limit counts from the first start: a process that ends again and again is not ready
    /// either.
    func giveUpReadiness(of process: ProcessInstance) {
        // A process that a fault brings back late is the expectations' business.
        guard trafficStart == nil, !process.wasEverReady else { return }
        let limit = process.spec.readyWithin.shortText
        let why = process.probeWords.isEmpty ? "" : " (\(process.probeWords))"
        let again =
            process.life.incarnation > 1 ? " in \(process.life.incarnation) starts" : ""
        abortReason =
            "process \(process.label) was not ready within \(limit)\(again)\(why)"
            + lastWords(of: process)
    }

    func stopProbing(_ process: ProcessInstance) {
        guard let pid = process.probePID else { return }
        owners[HostProcess(host: process.host, pid: pid)] = nil
        closeOutput(process.probeOutput)
        process.probePID = nil
        // It may have ended already, which is as good.
        _ = try? hosts[process.host].signalSession(leader: pid, 9)
    }
}
