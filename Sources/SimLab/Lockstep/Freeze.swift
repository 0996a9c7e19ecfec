public import CommyBase
internal import CommyLinux
internal import Foundation
internal import SimModel

/// An instant at which a lockstep run stands still.
public struct Freeze {
    /// On the run's clock. Everything up to it has happened, and nothing after it.
    public var at: MeshInstant
    /// Called on the run's thread while it stands still; the run goes on when it gives true, and is
    /// taken down otherwise.
    public var meanwhile: (FrozenRun) throws -> Bool

    public init(at: MeshInstant, meanwhile: @escaping (FrozenRun) throws -> Bool) {
        self.at = at
        self.meanwhile = meanwhile
    }
}

/// A lockstep run that stands still. Valid only while `Freeze.meanwhile` runs.
public final class FrozenRun {
    private let run: ScenarioRun
    /// The trace so far, whole lines.
    public let tracePath: String

    /// Where a host shows what was recorded of the run so far.
    public static let recordDirectory = "\(HostSandbox.directory)/record"

    init(_ run: ScenarioRun) {
        self.run = run
        tracePath = "\(run.recorder.directory.path)/\(LockstepTrace.fileName)"
    }

    public var hosts: [String] { run.hostNames }

    /// The living processes of a host: their names and their ids on it.
    public func processes(of host: String) -> [(name: String, pid: Int32)] {
        run.processes.filter { $0.hostName == host }.compactMap { process in
            process.insidePID.map { (process.spec.name, $0) }
        }
    }

    /// Puts the trace and the captures of a host's packets where its programs can read them; their
    /// names.
    public func showRecord(on host: String) throws -> [String] {
        let index = try self.index(of: host)
        let files = FileManager.default
        let source = run.recorder.directory.path
        let names = try files.contentsOfDirectory(atPath: source).sorted().filter { name in
            name == LockstepTrace.fileName
                || name.hasSuffix(".pcapng") && Self.isAbout(host, capture: name)
        }
        let root = "/proc/\(run.hosts[index].processID)/root"
        let target = root + Self.recordDirectory
        try files.createDirectory(atPath: target, withIntermediateDirectories: true)
        for name in names {
            try? files.removeItem(atPath: "\(target)/\(name)")
            try files.copyItem(atPath: "\(source)/\(name)", toPath: "\(target)/\(name)")
        }
        return names
    }

    private static func isAbout(_ host: String, capture name: String) -> Bool {
        let stem = String(name.dropLast(".pcapng".count))
        return stem == host || stem.hasPrefix("\(host)-to-") || stem.hasSuffix("-to-\(host)")
    }

    /// Runs a command in the namespaces of a host, with this program's terminal, and waits for its
    /// end: its exit code, or 128 and the number of the signal that ended it.
    public func enter(_ host: String, _ command: [String]) throws -> Int32 {
        let index = try self.index(of: host)
        do {
            let program = try SiblingProgram(named: "commy-init")
            var child = try AttachedCommand(
                [
                    program.path, "enter", String(run.hosts[index].processID),
                    Self.recordDirectory,
                ] + command)
            while true {
                if let status = child.collect() {
                    let ending = WaitStatus(status)
                    return ending.code ?? 128 + (ending.signal ?? 0)
                }
                _ = try child.pidfd.waitReadable(milliseconds: 200)
                // A signal to this program ends both.
                try run.pollSources()
                if let reason = run.abortReason { throw LabError(reason) }
            }
        } catch let error as SystemError {
            throw LabError(error, doing: "enter host \(host)")
        }
    }

    private func index(of host: String) throws -> Int {
        guard let index = run.hostNames.firstIndex(of: host) else {
            throw LabError("there is no host '\(host)'")
        }
        return index
    }
}

/// What a lockstep run has done, and how long that took.
public struct LockstepWork: Sendable, Equatable {
    public var virtualNanoseconds: Int64 = 0
    public var realNanoseconds: Int64 = 0
    /// Turns of programs.
    public var grants: UInt64 = 0
    /// Packets that hosts have sent.
    public var packets: UInt64 = 0
}

extension ScenarioRun {
    /// Stands still when the next thing happens after the instant that was asked for.
    func freeze(before next: MeshInstant, _ conductor: Conductor) throws {
        guard let freeze, next > freeze.at else { return }
        self.freeze = nil
        conductor.advance(to: max(freeze.at, clock.now))
        lockstepFabric?.flushCaptures()
        conductor.trace.flush()
        recorder.flush()
        let began = conductor.machine.now
        let goesOn = try freeze.meanwhile(FrozenRun(self))
        conductor.limit = conductor.limit + (conductor.machine.now - began)
        guard goesOn else { throw LabError("ended while it stood still") }
        lockstepFabric?.discardUnread()
    }

    /// The traffic phase begins, or has ended: from the first call to the second is what counts.
    func noteWork() {
        guard let conductor else { return }
        let now = LockstepWork(
            virtualNanoseconds: clock.now.nanoseconds,
            realNanoseconds: conductor.machine.now.nanoseconds, grants: conductor.grantCount,
            packets: lockstepFabric?.packetCount ?? 0)
        lockstepWork = LockstepWork(
            virtualNanoseconds: now.virtualNanoseconds - lockstepWork.virtualNanoseconds,
            realNanoseconds: now.realNanoseconds - lockstepWork.realNanoseconds,
            grants: now.grants - lockstepWork.grants,
            packets: now.packets - lockstepWork.packets)
    }
}
