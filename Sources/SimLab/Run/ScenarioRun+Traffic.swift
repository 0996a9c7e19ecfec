internal import CLinux
internal import CommyBase
internal import CommyLinux
internal import SimModel
internal import SimTraffic

extension ScenarioRun {
    /// From the start of the generators to the scheduled instant of the first request: time enough
    /// to start them all, so that the schedule is kept from its first request on.
    private static var leadTime: Duration { .milliseconds(500) }
    /// How long a generator may take beyond its last request's timeout before it counts as stuck.
    private static var endGrace: Duration { .seconds(5) }

    /// The measured part of the run: traffic flows, faults come and go.
    func runTrafficAndFaults() throws {
        awake = options.keepsAwake && conductor == nil ? WakefulProcessors() : nil
        defer { awake = nil }
        let waiters = watchWaiters()
        defer { waiters?.stop() }
        let start = clock.now + Self.leadTime
        for spec in scenario.traffic {
            guard let host = hostNames.firstIndex(of: spec.source) else {
                preconditionFailure("the reader has resolved every host")
            }
            let instance = TrafficInstance(spec: spec, host: host)
            traffic.append(instance)
            try launch(instance, start: start)
        }
        if clock.now > start {
            doubts.append(
                "the traffic generators took longer than \(Self.leadTime.shortText) to start")
        }
        timers.add(.wakeUp, at: start)
        try loop { clock.now >= start }
        trafficStart = start
        recorder.record(
            .trafficStarted(TrafficStarted(traffic: traffic.map(\.spec.name))), at: start)
        scheduleFaults(from: start)
        noteWaits()
        scheduleSampling()
        let end = start + scenario.duration
        timers.add(.endTraffic, at: end)
        let patience = scenario.traffic.map(\.timeout).max() ?? .zero
        timers.add(.giveUpTraffic, at: end + patience + Self.endGrace)
        try loop { trafficIsOver && (trafficGaveUp || traffic.allSatisfy(\.hasEnded)) }
        if let stuck = traffic.first(where: { !$0.hasEnded }) {
            throw LabError("the generator of traffic \(stuck.spec.name) did not end")
        }
        noteWaits()
        examineNewEvents()
        try closeFaults()
        try announceNewLinks()
    }

    /// Who notices that programs wait for processors; nobody where real time does not count.
    private func watchWaiters() -> OrdinaryWaiters? {
        guard case .machine(let clock) = clock, let fabric = fabric as? FabricHandle else {
            return nil
        }
        return OrdinaryWaiters(clock: clock, report: fabric.reportStall)
    }

    private func launch(_ instance: TrafficInstance, start: MeshInstant) throws {
        let arguments = try generatorWords(of: instance, start: start)
        let spec = instance.spec
        let label = "\(spec.name)@\(spec.source)"
        let directory = "\(HostSandbox.directory)/traffic/\(spec.name)"
        let prepared = try prepareLockstep(
            "traffic \(label)", host: instance.host, directory: directory)
        let launched = try hosts[instance.host].launch(
            LaunchRequest(
                arguments: arguments,
                environment: Self.environmentLines(
                    directory: HostSandbox.directory, own: prepared?.environment ?? []),
                directory: HostSandbox.directory),
            user: environment.processUser, group: environment.processGroup)
        instance.insidePID = launched.insidePID
        // A generator that waits for a processor measures the machine, not the service.
        if launched.outsidePID > 0, conductor == nil { clinux_prefer_process(launched.outsidePID) }
        owners[HostProcess(host: instance.host, pid: launched.insidePID)] = .traffic(instance)
        let records = try watch(launched.standardOutput.raw, .traffic(instance))
        let errors = try watch(launched.standardError.raw, .trafficErrors(instance))
        let (inside, outside) = (launched.insidePID, launched.outsidePID)
        launched.handOutput(to: instance.records, records, instance.errors, errors)
        guard let prepared else { return }
        try awaitJoining(
            prepared.slot, label: "traffic \(label)", host: instance.host,
            rank: processes.count + traffic.count, launched: (inside, outside))
    }

    func readRecords(of instance: TrafficInstance) throws {
        for _ in 0..<16 {
            guard let count = instance.records.read(into: &recorder.scratch) else { return }
            if count == 0 {
                closeOutput(instance.records)
                return
            }
            instance.decoder.receive(recorder.scratch[..<count])
            while let record = try nextRecord(of: instance) { note(record, of: instance) }
        }
    }

    private func nextRecord(of instance: TrafficInstance) throws -> TrafficRecord? {
        do {
            return try instance.decoder.next()
        } catch {
            throw LabError("the generator of traffic \(instance.spec.name) sent garbage: \(error)")
        }
    }

    private func note(_ record: TrafficRecord, of instance: TrafficInstance) {
        let name = instance.spec.name
        switch record {
        case .request(let request):
            let instant = request.scheduledNanoseconds + request.latencyNanoseconds
            recorder.record(
                .request(outcome(of: request, instance.spec)),
                at: MeshInstant(nanoseconds: instant))
        case .repeated(let ordinal):
            recorder.record(.requestRepeated(RequestRepeated(traffic: name, ordinal: ordinal)))
        case .summary(let summary):
            recorder.record(
                .trafficEnded(
                    TrafficEnded(
                        traffic: name, sent: summary.sent,
                        worstSendDelayNanoseconds: summary.worstSendDelayNanoseconds)))
        }
    }

    private func outcome(of request: TrafficRequest, _ spec: TrafficSpec) -> RequestOutcome {
        let delay = request.sendDelayNanoseconds
        var outcome = RequestOutcome(
            traffic: spec.name, ordinal: request.ordinal,
            scheduledNanoseconds: request.scheduledNanoseconds,
            latencyNanoseconds: request.latencyNanoseconds,
            sendDelayNanoseconds: delay >= RequestOutcome.leastSendDelayNanoseconds ? delay : nil,
            result: Self.result(of: request.result))
        if case .mesh = spec.kind {
            outcome.code = request.status.map(Int.init)
        } else {
            outcome.status = request.status.map(Int.init)
        }
        outcome.backend = request.backendText.map { spec.attribution == .peer ? host(at: $0) : $0 }
        outcome.bytes = request.bodyByteCount > 0 ? request.bodyByteCount : nil
        outcome.misordered = request.isMisordered ? true : nil
        return outcome
    }

    /// The host with this address, or the address.
    private func host(at address: String) -> String {
        hostNames.indices.first {
            AddressPlan.text4(host: $0) == address || AddressPlan.text6(host: $0) == address
        }.map { hostNames[$0] } ?? address
    }

    private static func result(of result: TrafficResult) -> RequestOutcome.Result {
        switch result {
        case .ok: .ok
        case .serverError: .serverError
        case .timeout: .timeout
        case .refused: .refused
        case .reset: .reset
        case .unreachable: .unreachable
        case .malformed: .malformed
        case .overload: .overload
        case .wrongAnswer: .wrongAnswer
        }
    }

    func readTrafficErrors(of instance: TrafficInstance) {
        drain(instance.errors) { line in
            // A source is named by its traffic.
            let isReport = noteReport(
                line, of: instance.spec.name, on: instance.spec.source, instance.reports)
            if !isReport { instance.words = line }
        }
    }

    func trafficEnded(_ instance: TrafficInstance, _ ending: WaitStatus) throws {
        readTrafficErrors(of: instance)
        try readRecords(of: instance)
        instance.hasEnded = true
        guard ending.code != 0 else { return }
        throw LabError(
            "the generator of traffic \(instance.spec.name) \(ending.words): \(instance.words)")
    }

    /// After the traffic: every process is asked to end, so that it can flush what it has.
    func windDown() throws {
        for process in processes { try stop(process, then: .end) }
        try loop { !processes.contains(where: \.life.isAlive) }
    }
}
