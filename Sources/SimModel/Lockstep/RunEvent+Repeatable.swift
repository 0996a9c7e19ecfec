extension RunEvent {
    /// What of an event is the same in every lockstep run of a scenario.
    public enum Repeatable: Sendable, Equatable {
        /// It is about the machine or about the run as such.
        case never
        case asItIs
        /// Without what differs from run to run.
        case instead(RunEvent)
    }

    /// Process ids, memory, processor time, paths of this machine and the harness's own settings
    /// differ from run to run and from machine to machine.
    public var repeatable: Repeatable {
        switch fact {
        case .runStarted, .processSampled, .machineStalled, .linkTotals, .runEnded, .judged:
            return .never
        case .processStarted(var started):
            started.pid = 0
            started.command = []
            return .instead(RunEvent(at: at, fact: .processStarted(started)))
        case .processExited(var exited):
            exited.maximumResidentBytes = 0
            exited.cpuNanoseconds = 0
            return .instead(RunEvent(at: at, fact: .processExited(exited)))
        case .hostUp, .linkUp, .processReady, .processOutput, .processReported, .processMisreported,
            .trafficStarted, .request, .requestRepeated, .trafficEnded, .faultStarted, .faultHealed,
            .faultMissed,
            .linkChanged:
            return .asItIs
        }
    }
}
