/// Every bound of the traffic generator: its unit, and why it has that value.
public enum Limits {
    /// Bytes of one answer's status line, header lines and trailers. Servers commonly allow 8 to 64
    /// KiB.
    public static let headBytes = 64 * 1024
    /// Interim (1xx) answers before the final one; more is a server that never comes to the point.
    public static let interimAnswers = 16
    /// Bytes of one chunk-size line with its extensions; the size itself needs 16.
    public static let chunkLineBytes = 1024
    /// Bytes of the named header's value that are kept: one length byte in the record.
    public static let backendBytes = 255
    /// Bytes of an answer's body that are kept where something is looked for in it.
    public static let bodyBytes = 64 * 1024
    /// Bytes of a generated or stated payload; a datagram has at most 65,507 of them.
    public static let payloadBytes = 1024 * 1024
    public static let datagramBytes = 65_507
    /// Commands of an exec source under way at once: each is a process.
    public static let commandsInFlight = 256
    /// Datagrams read per wake-up, so that a flood cannot starve the schedule.
    public static let datagramsPerWakeUp = 256
    /// Decided datagrams that are remembered, so that a repeated answer is known as one: at 10,000
    /// a second more than six seconds.
    public static let rememberedDatagrams = 65_536
    /// Bytes read from a socket at once: one large TCP receive, and cheap to keep for the whole
    /// run.
    public static let readBytes = 64 * 1024
    /// Reads of one connection per wake-up, so that one flood cannot starve the schedule: at most 1
    /// MiB.
    public static let readsPerWakeUp = 16
    /// Requests under way that a command line may ask for: below the usual limit of ports (28,232).
    public static let maximumInFlight = 20_000
    /// Requests sent in one turn when the schedule is behind, so that answers are read in between.
    public static let sendsPerTurn = 64
    /// Events that one wait returns.
    public static let eventsPerWait = 256
    /// Events handled before the schedule is looked at again: about 0.1 ms of answers.
    public static let eventsPerSendCheck = 16
    /// Bytes of records after which they are written at once: half of a pipe's default capacity.
    public static let flushBytes = 32 * 1024
    /// Bytes of records kept while the reader is slow (about 100,000 records); then the run is
    /// lost.
    public static let outputBytes = 4 * 1024 * 1024
    /// Nanoseconds that a record may wait for company: the harness should see the run live.
    public static let flushNanoseconds: Int64 = 20_000_000
    /// Nanoseconds of polling before a due instant: the usual error of a sharpened timer.
    public static let spinNanoseconds: Int64 = 50_000
    /// Nanoseconds for answers to arrive after SIGTERM, and then for the last records to be
    /// written.
    public static let drainNanoseconds: Int64 = 100_000_000
    /// Nanoseconds for the last records to be written when the run is over.
    public static let lastWriteNanoseconds: Int64 = 2_000_000_000
    /// The first status that is not ready: 4xx and 5xx are refusals, 2xx and 3xx are answers.
    public static let readyStatusBelow: UInt16 = 400
    /// Nanoseconds between two starts of a repeated probe.
    public static let probeIntervalNanoseconds: Int64 = 10_000_000
    /// Requests per second that a command line may ask for: 500 times what one core can send.
    public static let maximumRate = 10_000_000
}
