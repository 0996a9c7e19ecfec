internal import CommyBase
internal import CommyTLS
internal import SimModel

/// Nodes of the mesh: the files of their identities, and the faults on those.
extension ScenarioRun {
    /// SIGHUP: nodes read their files again.
    private static var reloadSignal: Int32 { 1 }

    /// Writes the identity of a node before its process starts for the first time.
    func prepareIdentity(of process: ProcessInstance) throws {
        try writeIdentity(.renewed, of: process)
        try writeTrust(of: process)
    }

    func changeCertificates(
        of hosts: [String], _ change: CertificateChange, _ fault: FaultInstance
    ) throws {
        fault.processes = nodes(on: hosts)
        for process in fault.processes {
            try writeIdentity(change, of: process)
            try signal(process, Self.reloadSignal)
        }
        fault.reportsAtBegin = recorder.events.count
    }

    /// The fault is over: its nodes get good certificates again.
    func renewCertificates(of hosts: [String], _ fault: FaultInstance) throws {
        for process in nodes(on: hosts) {
            try writeIdentity(.renewed, of: process)
            try signal(process, Self.reloadSignal)
        }
    }

    func changeTrust(of hosts: [String], _ change: TrustChange, _ fault: FaultInstance) throws {
        do throws(CertificateError) {
            try meshAuthority?.change(change)
        } catch {
            throw Self.failure(error, "make an authority")
        }
        fault.processes = nodes(on: hosts)
        for process in fault.processes {
            try writeTrust(of: process)
            try signal(process, Self.reloadSignal)
        }
        fault.reportsAtBegin = recorder.events.count
    }

    /// The proof of a fault on identities: nodes that have said what they made of the new files.
    func countReloads(of fault: FaultInstance) {
        switch fault.spec.action {
        case .certificate, .trust: break
        case .crash, .pause, .stop, .restart, .cut, .partition, .flap, .degrade, .bufferbloat,
            .mtuBlackHole, .reset, .clock, .cpu, .memory, .openFiles, .disk, .exec, .powerLoss:
            return
        }
        let told = recorder.events[fault.reportsAtBegin...].compactMap { event -> String? in
            guard case .processReported(let report) = event.fact,
                ["certificate", "trust", "refused"].contains(report.kind)
            else { return nil }
            return "\(report.process)@\(report.host)"
        }
        fault.touched += UInt64(fault.processes.count { told.contains($0.label) })
    }

    private func nodes(on hosts: [String]) -> [ProcessInstance] {
        processes.filter { $0.spec.role == .node && hosts.contains($0.hostName) }
    }

    private func writeIdentity(_ change: CertificateChange, of process: ProcessInstance) throws {
        try makeAuthority()
        let identity: MeshAuthority.Identity?
        do throws(CertificateError) {
            identity = try meshAuthority?.issue(change, to: process.hostName, at: clock.now)
        } catch {
            throw Self.failure(error, "issue a certificate to \(process.hostName)")
        }
        guard let identity else { return }
        try write(identity.key, .key, of: process)
        try write(identity.certificate, .certificate, of: process)
    }

    private func writeTrust(of process: ProcessInstance) throws {
        try makeAuthority()
        try write(meshAuthority?.trust ?? [], .trust, of: process)
    }

    private func write(_ content: [UInt8], _ file: MeshFile, of process: ProcessInstance) throws {
        try hosts[process.host].writeFile(
            file.path, content: content, user: environment.processUser,
            group: environment.processGroup)
    }

    private func makeAuthority() throws {
        guard meshAuthority == nil, let mesh = scenario.mesh else { return }
        do throws(CertificateError) {
            meshAuthority = try MeshAuthority(
                mesh, seed: seed,
                origin: WallInstant(nanosecondsSince1970: clock.wallClockOfOrigin))
        } catch {
            throw Self.failure(error, "make the authority of the mesh")
        }
    }

    private static func failure(_ error: CertificateError, _ what: String) -> LabError {
        LabError("\(what): \(error)")
    }
}
