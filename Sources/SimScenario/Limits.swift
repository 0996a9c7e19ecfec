/// The bounds of the scenario language. Each is far above what a scenario needs and low enough that
/// a broken or hostile file costs nothing but a diagnostic.
public enum Limits {
    /// Bytes of one scenario file.
    public static let fileBytes = 1 << 20
    /// Levels of nesting of mappings and lists; the language itself uses seven.
    public static let nesting = 32
    /// Opening brackets, braces and nested `-` in a file. The YAML parser recurses, and this bounds
    /// its depth before it runs; `parserStackBytes` holds so many levels.
    public static let openings = 20_000
    /// Stack of the thread that composes the YAML tree. At 2 KiB a level: openings * 2 KiB < this.
    public static let parserStackBytes = 128 << 20
    /// Nodes of a file after aliases are expanded.
    public static let nodes = 200_000
    /// Repeated keys that are named in one go.
    public static let repeatedKeys = 32
    /// Scenarios that a matrix may make of one file.
    public static let variants = 256
    /// Values of one axis of a matrix; one axis alone may use up `variants`.
    public static let axisValues = 256
    /// Instances of one service on one host.
    public static let instances = 64
    /// Files that include each other in a chain, the first one included in the count.
    public static let includeDepth = 8
    /// Files of one scenario.
    public static let includedFiles = 64
    /// Letters of a text after its variables are replaced; a file has `fileBytes` at most.
    public static let replacedLength = 1 << 20
    /// Diagnostics that are given for one file.
    public static let diagnosticsPerFile = 100
    /// Diagnostics that are looked at to find the first ones of a file.
    static let diagnosticsKept = 1_000
    /// Hosts of one topology. A host is a network namespace with an address in one /24.
    public static let hosts = 250
    public static let routers = 250
    /// Letters of a host, router, process, traffic or fault name: a host name label (RFC 1123).
    public static let nameLength = 63
    /// The longest duration that a file may state, in seconds: a day.
    public static let longestSeconds = 86_400.0
    /// Requests per second of one traffic source.
    public static let requestsPerSecond = 100_000.0
    /// Commands per second of an exec traffic: each one forks.
    public static let commandsPerSecond = 50.0
    /// Bytes that one request of http or tcp sends.
    public static let payloadBytes = 16 << 20
    /// Bytes of one datagram: 65535 less the headers of IPv4 and UDP.
    public static let datagramBytes = 65_507
    /// Requests that are due at once.
    public static let burst = 10_000
    /// Times that an event is waited for, and the largest count in a claim.
    public static let patternCount = 1_000_000_000
    /// Letters of a regular expression, which is compiled when it is read.
    public static let expressionLength = 1_000
    /// Parts per million that a clock may be off: a tenth.
    public static let driftPerMillion = 100_000.0
    /// Bits per second of a link: a terabit.
    public static let bitsPerSecond = 1e12
    /// Bytes of any size in a file: a tebibyte.
    public static let bytes = 1 << 40
    /// Columns of a source line that a diagnostic shows.
    static let shownLineLength = 240
}
