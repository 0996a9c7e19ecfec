extension RunEvent {
    /// What of the event is the same in every lockstep run of a scenario; nil for events that are
    /// about the machine or about the run as such.
    ///
    /// Process ids, memory, processor time and the harness's own settings differ from run to run.
    public var repeatable: RunEvent? {
        switch fact {
        case .runStarted, .processSampled, .machineStalled, .linkTotals, .runEnded, .judged:
            return nil
        case .processStarted(var started):
            started.pid = 0
            return RunEvent(at: at, fact: .processStarted(started))
        case .processExited(var exited):
            exited.maximumResidentBytes = 0
            exited.cpuNanoseconds = 0
            return RunEvent(at: at, fact: .processExited(exited))
        case .hostUp, .linkUp, .processReady, .processOutput, .processReported, .processMisreported,
            .trafficStarted, .request, .requestRepeated, .trafficEnded, .faultStarted, .faultHealed, .faultMissed,
            .linkChanged:
            return self
        }
    }
}
