internal import CommyBase
public import CommyLinux
public import CommyReactor

/// Sends one source's requests on schedule and writes a record for each, whatever the kind.
public enum TrafficGenerator {
    /// Why a generator ended.
    public enum End: Sendable, Equatable {
        case finished
        case stopped
        /// Nobody reads the records any more, or too slowly.
        case outputLost
    }

    /// Runs to the end of the schedule and the last answer. Takes over `output`, a pipe or file for
    /// the records; `signals` end the run early. The clock's zero is that of the schedule.
    /// `security` is what `configuration.tls` has loaded.
    public static func run(
        _ configuration: TrafficConfiguration, security: StreamSecurity? = nil, clock: LoopClock,
        output: consuming FileDescriptor, signals: consuming StopSignals? = nil
    ) throws(SystemError) -> End {
        if !clock.isVirtual { try MonotonicClock.sharpenTimersOfThisThread() }
        let loop = try OpenLoop(configuration, clock: clock, output: output, signals: signals)
        switch configuration.exchange {
        case .http, .tcp:
            var generator = StreamGenerator(configuration, security, loop)
            return try generator.run()
        case .udp:
            var generator = try DatagramGenerator(configuration, loop)
            return try generator.run()
        case .exec(let command):
            var generator = CommandGenerator(configuration, command, loop)
            return try generator.run()
        }
    }
}
