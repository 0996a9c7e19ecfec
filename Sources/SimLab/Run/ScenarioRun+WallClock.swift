internal import CommyBase
internal import CommyLinux
internal import Foundation
internal import SimModel

/// The `clock` fault: processes that it is about are started with a library that asks a page of
/// theirs how wrong their wall clock is.
extension ScenarioRun {
    /// What a process needs in its environment so that its clock can be set later.
    func clockEnvironment(of process: ProcessInstance) -> [(String, String)] {
        guard hasClockFault(process), conductor == nil else { return [] }
        return [
            ("LD_PRELOAD", environment.clockLibrary.path),
            (WallClock.pathVariable, Self.clockFile(process)),
        ]
    }

    /// Lays the page down before the process is started for the first time.
    func prepareWallClock(of process: ProcessInstance) throws {
        guard hasClockFault(process), conductor == nil else { return }
        process.wallClock = WallClock()
        try hosts[process.host].writeInPlace(
            Self.clockFile(process), at: 0, content: WallClock.blank)
    }

    /// Nil is the true time.
    func setWallClock(of process: ProcessInstance, to change: ClockChange?) throws {
        if let conductor {
            // A later incarnation starts with the same wrong clock.
            process.virtualClock = change.map { ($0, clock.now) }
            guard let member = conductor.member(host: process.host, insidePID: process.insidePID)
            else { return }
            member.clockChange = change
            member.clockSince = clock.now
            conductor.poke(member)
            return
        }
        let now = clock.originNanoseconds + clock.now.nanoseconds
        for write in process.wallClock?.set(change, at: now) ?? [] {
            try hosts[process.host].writeInPlace(
                Self.clockFile(process), at: write.offset, content: write.content)
        }
    }

    /// The proof of a clock fault: the processes that have read a wrong time.
    func countReadings(of fault: FaultInstance) {
        guard case .clock = fault.spec.action else { return }
        for process in fault.processes {
            if let member = conductor?.member(host: process.host, insidePID: process.insidePID) {
                if member.wrongGrants > 0 { fault.touched += 1 }
                member.wrongGrants = 0
                continue
            }
            let root = "/proc/\(hosts[process.host].processID)/root"
            let page = FileManager.default.contents(atPath: root + Self.clockFile(process))
            if let readings = WallClock.wrongReadings([UInt8](page ?? Data())), readings > 0 {
                fault.touched += 1
                fault.detail = "wrong times read: \(FigureText.count(Int(readings)))"
            }
        }
    }

    private func hasClockFault(_ process: ProcessInstance) -> Bool {
        scenario.faults.contains { fault in
            if case .clock(let target, _) = fault.action { target.hits(process) } else { false }
        }
    }

    private static func clockFile(_ process: ProcessInstance) -> String {
        "\(process.directory)/.wall-clock"
    }
}
