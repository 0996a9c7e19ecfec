internal import CommyBase
internal import CommyLinux
internal import SimModel

extension ScenarioRun {
    /// Starts all hosts; their processes 1 set themselves up side by side.
    func bringHostsUp() throws {
        let hostsFile = self.hostsFile
        for (index, name) in hostNames.enumerated() {
            let host = try HostSandbox(name: name, index: index, environment: environment)
            hosts.append(host)
            do throws(SystemError) {
                try host.beginSetUp(
                    hostsFile: hostsFile, offload: scenario.topology.offload,
                    timeless: conductor != nil,
                    visible: environment.visible)
            } catch {
                throw LabError(error, doing: "set up host \(name)")
            }
        }
        for host in hosts {
            devices.append(try host.finishSetUp(mtu: scenario.topology.mtu).release())
            if conductor != nil { try host.becomeTimeless(mtu: scenario.topology.mtu) }
            _ = try watch(host.messageDescriptor, .host(host.index))
            recorder.record(
                .hostUp(
                    HostUp(
                        host: host.name,
                        zone: scenario.topology.hosts[host.index].zone.joined(separator: "/"),
                        addresses: [
                            AddressPlan.text4(host: host.index),
                            AddressPlan.text6(host: host.index),
                        ])))
        }
    }

    /// Gives the TUN devices to the fabric, which owns them from now on.
    func startFabric() throws {
        let descriptors = devices.map { FileDescriptorNumber(raw: $0) }
        devices = []
        let setUp = FabricSetUp(
            topology: scenario.topology, seed: seed, wallClockOfOrigin: clock.wallClockOfOrigin,
            devices: descriptors, capture: options.capture,
            captureDirectory: recorder.directory.path)
        switch clock {
        case .machine(let clock): fabric = try FabricHandle.start(setUp, clock: clock)
        case .virtual(let time): fabric = try startLockstepFabric(setUp, time)
        }
        if let notices = fabric?.noticeDescriptor { _ = try watch(notices, .fabric) }
    }

    /// `/etc/hosts` of every host: `web` is its IPv4 address, `web.ip6` its IPv6 address. One name
    /// for both would send half of all programs to an address on which the other half does not
    /// listen.
    private var hostsFile: String {
        var lines = ["127.0.0.1 localhost", "::1 localhost ip6-localhost"]
        for (index, name) in hostNames.enumerated() {
            lines.append("\(AddressPlan.text4(host: index)) \(name)")
            if scenario.topology.mtu >= AddressPlan.minimumMTU6 {
                lines.append("\(AddressPlan.text6(host: index)) \(name).ip6")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    func serveHost(_ index: Int) throws {
        while true {
            let message: InitMessage?
            do throws(SystemError) {
                message = try hosts[index].nextMessage()
            } catch {
                throw LabError(
                    error, doing: "host \(hostNames[index]) is gone",
                    cure: "something killed its process 1; look for the OOM killer in dmesg")
            }
            guard let message else { return }
            guard message.kind == .exited else { continue }
            if let conductor {
                let key = HostProcess(host: index, pid: message.pid)
                // Orphans that process 1 adopted belong to nobody.
                if owners[key] != nil { conductor.ended[key] = message }
                continue
            }
            try processExited(host: index, message)
        }
    }

    /// Stalls that the fabric has noticed.
    func serveFabric() throws {
        guard let fabric else { return }
        for stall in fabric.takeStalls() {
            recorder.record(
                .machineStalled(MachineStalled(lengthNanoseconds: stall.length.nanoseconds)),
                at: stall.end)
        }
        if let problem = fabric.problem { abortReason = abortReason ?? problem }
    }

    /// Writes down what every link did, then ends the fabric.
    private func closeFabric() {
        guard let fabric else { return }
        let totals = fabric.stop()
        for link in totals.links { recorder.record(.linkTotals(link)) }
        if totals.lostBeforeModel > 0 {
            doubts.append("\(totals.lostBeforeModel) packets were lost outside the model")
        }
        self.fabric = nil
    }

    /// Ends whatever is there, in any state of the run. Kills all at once, then waits for each.
    func takeDown() {
        var overrun: UInt64 = 0
        for host in hosts { overrun += host.droppedBeforeFabric() }
        if overrun > 0 {
            doubts.append("\(overrun) packets were lost before the fabric could read them")
        }
        closeFabric()
        for host in hosts { host.kill() }
        for host in hosts {
            unwatch(host.messageDescriptor, token: hostToken(host.index))
            host.leave()
        }
        hosts = []
        for raw in devices { _ = FileDescriptor(owning: raw) }
        devices = []
        recorder.flush()
    }

    private func hostToken(_ index: Int) -> Int {
        sources.firstIndex { source in
            if case .host(index) = source { true } else { false }
        } ?? 0
    }
}
