internal import CLinux
internal import CommyBase
internal import CommyLinux
internal import SimModel

extension ScenarioRun {
    /// Serves events and timers until `isDone` says so or the run is aborted.
    func loop(until isDone: () -> Bool) throws {
        if let conductor { return try lockstepLoop(conductor, until: isDone) }
        while !isDone() {
            if let abortReason { throw LabError(abortReason) }
            while let action = timers.pop(at: clock.now) {
                try perform(action)
                if isDone() { return }
            }
            for host in hosts where host.hasWaitingMessages { try serveHost(host.index) }
            examineNewEvents()
            if isDone() { return }
            let wait = min((timers.next - clock.now).nanoseconds, Self.longestWait)
            let count = try epoll.wait(nanoseconds: max(0, wait))
            for index in 0..<count {
                let event = epoll.event(at: index)
                // A source that an earlier event of this turn has removed is no longer there.
                guard let source = sources[Int(event.token)] else { continue }
                try serve(source)
            }
            recorder.flush()
        }
    }

    /// The loop looks around at least this often, so that a report that is being written is never
    /// far behind.
    private static var longestWait: Int64 { 100_000_000 }

    /// Watches a descriptor; the token is what `unwatch` takes.
    func watch(_ fd: Int32, _ source: EventSource) throws(SystemError) -> Int {
        let token = sources.firstIndex { $0 == nil } ?? sources.count
        if token == sources.count { sources.append(nil) }
        try epoll.add(fd, .readable, token: UInt64(token))
        sources[token] = source
        return token
    }

    /// Call it before the descriptor is closed.
    func unwatch(_ fd: Int32, token: Int) {
        // The only error is that it is not watched, which is what is wanted.
        try? epoll.remove(fd)
        sources[token] = nil
    }

    func serve(_ source: EventSource) throws {
        switch source {
        case .host(let index): try serveHost(index)
        case .output(let process, let stream): readOutput(of: process, stream)
        case .probeOutput(let process): try readProbe(of: process)
        case .traffic(let instance): try readRecords(of: instance)
        case .trafficErrors(let instance): readTrafficErrors(of: instance)
        case .faultOutput(let fault): readFaultOutput(of: fault)
        case .signals: readSignals()
        case .stopper:
            wasInterrupted = true
            abortReason = abortReason ?? options.stopper?.reason ?? "stopped"
        case .fabric: try serveFabric()
        }
    }

    func perform(_ action: TimedAction) throws {
        switch action {
        case .beginFault(let fault): try begin(fault)
        case .healFault(let fault): try heal(fault)
        case .flap(let fault, let down): try flap(fault, down: down)
        case .becomeReady(let process, let incarnation):
            try probeSucceeded(process, incarnation: incarnation)
        case .giveUpReadiness(let process): giveUpReadiness(of: process)
        case .startAgain(let process): try startAgain(process)
        case .killLeaving(let process, let incarnation):
            try killIfStillLeaving(process, incarnation: incarnation)
        case .endTraffic: trafficIsOver = true
        case .giveUpTraffic: trafficGaveUp = true
        case .duty(let fault, let frozen): try duty(fault, frozen: frozen)
        case .sample: try sample()
        case .wakeUp: break
        case .timeOut:
            let limit = (scenario.timeout ?? scenario.defaultTimeout).shortText
            abortReason = "the run was not over within its timeout of \(limit), while \(stage)"
        }
    }

    /// Ctrl-C and SIGTERM end the run in order: everything is taken down and the report is written.
    func watchSignals() throws {
        if let stopper = options.stopper {
            _ = try watch(stopper.descriptor, .stopper)
            return
        }
        let signals: [Int32] = [2, 15, 1]
        let fd = unsafe signals.withUnsafeBufferPointer { numbers in
            unsafe clinux_signalfd(numbers.baseAddress!, Int32(numbers.count))
        }
        let descriptor = FileDescriptor(owning: try checked(fd, "signalfd"))
        _ = try watch(descriptor.raw, .signals)
        signalDescriptor = consume descriptor
    }

    private func readSignals() {
        guard let fd = signalDescriptor?.raw else { return }
        let number = clinux_signalfd_read(fd)
        guard number > 0 else { return }
        wasInterrupted = true
        abortReason = number == 2 ? "interrupted" : "ended by signal \(number)"
    }
}
