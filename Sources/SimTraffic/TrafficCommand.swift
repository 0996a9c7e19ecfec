internal import CommyBase
internal import CommyLinux

/// What the words after `commy-traffic` ask for.
public enum TrafficCommand: Sendable, Equatable {
    case help
    case generate(TrafficConfiguration)
    case probe(Probe)

    /// Why the words are wrong.
    public struct Misuse: Error, Sendable, Equatable, CustomStringConvertible {
        public let description: String

        /// Control characters of what was typed are escaped, so that the message is one line.
        public init(_ description: String) {
            var text = ""
            for scalar in description.unicodeScalars {
                let isControl = scalar.value < 0x20 || scalar.value == 0x7f
                text += isControl ? scalar.escaped(asASCII: true) : String(scalar)
            }
            self.description = text
        }
    }

    public static let helpText = """
        usage: commy-traffic --url-address IP --port N --rate R
                             --origin-ns N --start-ns N --end-ns N [...]
               commy-traffic probe tcp IP PORT [--timeout-ns N] [--until-ns N]
               commy-traffic probe http IP PORT PATH [--host-header H]
                                  [--timeout-ns N] [--until-ns N]

        Sends GET requests on schedule and writes a binary record of each to standard output.
          --url-address IP      where to: numeric IPv4 or IPv6
          --port N              where to: TCP port, 1 to 65535
          --path PATH           path and query, beginning with / (default /)
          --host-header H       the Host header (default: address and port)
          --rate R              requests per second, up to six decimals
          --connection MODE     keep-alive (default) or close
          --timeout-ns N        from the due instant to the whole answer (default 1000000000)
          --origin-ns N         CLOCK_MONOTONIC at the run's zero
          --start-ns N          first request, on the run's clock
          --end-ns N            no request is due at or after it, on the run's clock
          --backend-header NAME the answer's header that names who answered
          --max-in-flight N     requests under way at once, 1 to 20000 (default 4096);
                                more end as overload
        SIGTERM: sends no more, waits 100 ms for answers, writes the summary.
        Exit: 0 done, 2 wrong usage, 3 system error or nobody reads the records.

        probe exits 0 when ready and 1 when not, and says why not.
          --timeout-ns N        for one attempt (default 1000000000)
          --until-ns N          repeats every 10 ms until ready or this much time has
                                passed (default 0)
        """

    /// `arguments` without the program's name.
    public init(_ arguments: [String]) throws(Misuse) {
        switch arguments.first {
        case "--help", "-h": self = .help
        case "probe": self = .probe(try Self.probe(Array(arguments.dropFirst())))
        case _: self = .generate(try Self.generate(arguments))
        }
    }

    private static func generate(_ arguments: [String]) throws(Misuse) -> TrafficConfiguration {
        let options = try Options(
            arguments,
            allowed: [
                "--url-address", "--port", "--path", "--host-header", "--rate", "--connection",
                "--timeout-ns", "--origin-ns", "--start-ns", "--end-ns", "--backend-header",
                "--max-in-flight",
            ])
        let port = try port("--port", try options.required("--port"))
        let address = try address("--url-address", try options.required("--url-address"), port)
        guard let rate = ArrivalSchedule.requestsPerMegasecond(try options.required("--rate"))
        else {
            throw Misuse("--rate: not a rate above 0 and up to \(Limits.maximumRate)")
        }
        let range = Int64.min / 4...Int64.max / 4
        let schedule = ArrivalSchedule(
            start: .init(nanoseconds: try options.number("--start-ns", in: range)),
            end: .init(nanoseconds: try options.number("--end-ns", in: range)),
            requestsPerMegasecond: rate)
        var configuration = TrafficConfiguration(
            address: address,
            originNanoseconds: try options.number("--origin-ns", in: range),
            schedule: schedule)
        configuration.path = try path("--path", options["--path"] ?? "/")
        configuration.hostHeader = try headerText("--host-header", options["--host-header"])
        configuration.backendHeader = try headerName(
            "--backend-header", options["--backend-header"])
        configuration.timeoutNanoseconds = try options.number(
            "--timeout-ns", in: 1...(Int64.max / 4), else: 1_000_000_000)
        configuration.maximumInFlight = try Int(
            options.number(
                "--max-in-flight", in: 1...Int64(Limits.maximumInFlight), else: 4096))
        switch options["--connection"] ?? "keep-alive" {
        case "keep-alive": configuration.keepsConnections = true
        case "close": configuration.keepsConnections = false
        case let mode: throw Misuse("--connection: keep-alive or close, not \(mode)")
        }
        return configuration
    }

    private static func probe(_ arguments: [String]) throws(Misuse) -> Probe {
        let wordCount = arguments.first == "http" ? 4 : 3
        guard arguments.count >= wordCount, ["tcp", "http"].contains(arguments[0]) else {
            throw Misuse("probe: tcp IP PORT or http IP PORT PATH")
        }
        let isHTTP = arguments[0] == "http"
        let options = try Options(
            Array(arguments.dropFirst(wordCount)),
            allowed: ["--timeout-ns", "--until-ns"] + (isHTTP ? ["--host-header"] : []))
        let host = try headerText("--host-header", options["--host-header"])
        var probe = Probe(
            isHTTP ? .http(path: try path("PATH", arguments[3]), hostHeader: host) : .tcp,
            address: try address("IP", arguments[1], try port("PORT", arguments[2])))
        probe.timeoutNanoseconds = try options.number(
            "--timeout-ns", in: 1...(Int64.max / 4), else: 1_000_000_000)
        probe.untilNanoseconds = try options.number(
            "--until-ns", in: 0...(Int64.max / 4), else: 0)
        return probe
    }

    private static func port(_ key: String, _ text: String) throws(Misuse) -> UInt16 {
        guard let port = UInt16(text), port > 0 else {
            throw Misuse("\(key) \(text): not 1 to 65535")
        }
        return port
    }

    private static func address(
        _ key: String, _ text: String, _ port: UInt16
    ) throws(Misuse) -> SocketAddress {
        guard let address = SocketAddress(numeric: text, port: port) else {
            throw Misuse("\(key) \(text): not a numeric IPv4 or IPv6 address")
        }
        return address
    }

    private static func path(_ key: String, _ text: String) throws(Misuse) -> String {
        guard text.utf8.first == 0x2f, text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7f }) else {
            throw Misuse("\(key) \(text): begins with / and holds no spaces or control characters")
        }
        return text
    }

    /// A header's value that is one word, as that of Host is.
    private static func headerText(_ key: String, _ text: String?) throws(Misuse) -> String? {
        guard let text else { return nil }
        guard !text.isEmpty, text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7f }) else {
            throw Misuse("\(key) \(text): empty, or holds spaces or control characters")
        }
        return text
    }

    /// A header's name: RFC 9110, 5.6.2, token.
    private static func headerName(_ key: String, _ text: String?) throws(Misuse) -> String? {
        guard let text else { return nil }
        let isToken = text.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
            case _: "!#$%&'*+-.^_`|~".utf8.contains(byte)
            }
        }
        guard isToken, !text.isEmpty else {
            throw Misuse(
                "\(key) \(text): not a header's name (letters, digits and !#$%&'*+-.^_`|~)")
        }
        return text
    }
}

/// `--key value` pairs, each key at most once.
private struct Options {
    private var pairs: [(key: String, value: String)] = []

    init(_ arguments: [String], allowed: [String]) throws(TrafficCommand.Misuse) {
        var index = 0
        while index < arguments.count {
            let key = arguments[index]
            guard allowed.contains(key) else { throw .init("unknown option \(key); see --help") }
            guard index + 1 < arguments.count else { throw .init("\(key): value missing") }
            guard self[key] == nil else { throw .init("\(key): given twice") }
            pairs.append((key, arguments[index + 1]))
            index += 2
        }
    }

    subscript(key: String) -> String? { pairs.first { $0.key == key }?.value }

    func required(_ key: String) throws(TrafficCommand.Misuse) -> String {
        guard let value = self[key] else { throw .init("\(key): missing; see --help") }
        return value
    }

    func number(
        _ key: String, in range: ClosedRange<Int64>, else fallback: Int64? = nil
    ) throws(TrafficCommand.Misuse) -> Int64 {
        if let fallback, self[key] == nil { return fallback }
        let text = try required(key)
        guard let number = Int64(text), range.contains(number) else {
            throw .init(
                "\(key): \(text) is no number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }
}
