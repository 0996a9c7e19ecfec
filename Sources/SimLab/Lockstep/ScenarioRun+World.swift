internal import SimModel

/// What a virtual clock cannot carry out.
extension ScenarioRun {
    /// Refuses a scenario whose parts need real time, before anything is started.
    func requireWorld() throws {
        guard conductor != nil else { return }
        for source in scenario.traffic {
            if case .exec = source.kind {
                throw Self.refusal("traffic '\(source.name)' runs commands")
            }
        }
        for process in scenario.processes {
            if case .exec = process.readiness {
                throw Self.refusal("process '\(process.name)' is asked by a command")
            }
        }
        for fault in scenario.faults {
            switch fault.action {
            case .cpu, .exec, .memory:
                throw Self.refusal("fault '\(fault.name)' works by real time")
            case .crash, .powerLoss, .pause, .stop, .restart, .cut, .partition, .flap, .degrade,
                .bufferbloat, .mtuBlackHole, .reset, .clock, .openFiles, .disk, .certificate,
                .trust:
                break
            }
        }
    }

    private static func refusal(_ what: String) -> LabError {
        LabError(
            "\(what), which has no place under a virtual clock",
            cure: "run it with --world realtime")
    }
}

extension Readiness {
    /// True when the harness would have to send packets to know.
    var isAskedOverTheNetwork: Bool {
        switch self {
        case .tcp, .http: true
        case .exec, .log, .delay: false
        }
    }
}
