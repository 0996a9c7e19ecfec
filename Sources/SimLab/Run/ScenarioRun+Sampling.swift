internal import CommyBase
internal import CommyLinux
internal import SimModel

/// What is looked at again and again while traffic flows: resources of processes, and links that
/// have come into use.
extension ScenarioRun {
    /// Often enough for a peak that lasts a second; one look at a process costs some 0.2 ms of its
    /// host's process 1.
    private static var sampleInterval: Duration { .milliseconds(500) }
    /// With so many processes the looks are spread over longer, so that they stay below a percent
    /// of a processor.
    private static let processesPerInterval = 25

    /// In a lockstep run that asks for nothing about resources, this many intervals become one.
    private static let virtualFactor = 20

    private var expectsResources: Bool {
        scenario.expectations.contains { expectation in
            if case .resource = expectation.claim { true } else { false }
        }
    }

    func scheduleSampling() {
        var factor = 1 + processes.count / Self.processesPerInterval
        // Virtual time is much faster than the looks at processes.
        if conductor != nil, !expectsResources { factor *= Self.virtualFactor }
        nextSample = clock.now + Self.sampleInterval * factor
        timers.add(.sample, at: nextSample)
    }

    func sample() throws {
        noteLateness()
        noteWaits()
        for process in processes where process.life.isAlive { try sample(process) }
        try announceNewLinks()
        if !trafficIsOver { scheduleSampling() }
    }

    private func sample(_ process: ProcessInstance) throws {
        guard let leader = process.insidePID else { return }
        let usage: HostSandbox.Usage?
        do throws(SystemError) {
            usage = try hosts[process.host].usage(ofSession: leader)
        } catch {
            // Without a /proc of its own a host cannot tell; the expectation says so.
            if error.name == "ENOTSUP" { return }
            throw LabError(error, doing: "measure \(process.label)")
        }
        guard let usage else { return }
        recorder.record(
            .processSampled(
                ProcessSampled(
                    host: process.hostName, process: process.spec.name,
                    residentBytes: usage.residentBytes, cpuNanoseconds: usage.cpuNanoseconds,
                    openFiles: usage.openFiles, threads: usage.threads)))
    }

    /// The loop comes back within some milliseconds, whatever a scenario does. One that is this
    /// late (nanoseconds) was kept from running: by a lack of processors, or by a disk that it
    /// waited for.
    private static var latestReturn: Int64 { 50_000_000 }

    /// This loop at its own late return is a witness too.
    private func noteLateness() {
        guard conductor == nil else { return }
        let late = (clock.now - nextSample).nanoseconds
        guard late > Self.latestReturn else { return }
        recorder.record(.machineStalled(MachineStalled(lengthNanoseconds: late)))
    }

    /// How long nobody keeps processors awake after programs have waited for them: as long as the
    /// longest effect of a stall.
    private static var restAfterWaits: Duration { .seconds(5) }

    /// Programs that lacked processors since the last look make that time a stall; not under a
    /// virtual clock, which stands still while they wait.
    func noteWaits() {
        guard conductor == nil else { return }
        let roots = processes.filter(\.life.isAlive).map(\.outsidePID)
        let found = witness.look(
            at: roots, spinner: awake?.pid, now: clock.now.nanoseconds)
        if found.haveWaited { restUntil = clock.now + Self.restAfterWaits }
        awake?.isResting = clock.now < restUntil
        guard let span = found.disturbed else { return }
        recorder.record(.machineStalled(MachineStalled(lengthNanoseconds: span)))
    }

    /// Links exist from their first packet on.
    func announceNewLinks() throws {
        guard let fabric else { return }
        let links = try fabric.inspect(pairs: []).links
        for link in links[min(announcedLinks, links.count)...] {
            let ends = link.name.split(separator: ">", maxSplits: 1).map(String.init)
            recorder.record(
                .linkUp(
                    LinkUp(
                        link: link.name, from: ends.first ?? "", to: ends.last ?? "",
                        conditions: link.initial.words)))
        }
        announcedLinks = links.count
    }
}
