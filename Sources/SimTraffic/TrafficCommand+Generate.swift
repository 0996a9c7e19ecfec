internal import CommyBase
internal import CommyLinux

/// Options of a source, from words to a configuration.
extension TrafficCommand {
    /// Options of every schedule, also of those that other programs keep.
    package static let scheduleKeys = [
        "--rate", "--final-rate", "--arrival", "--seed", "--timeout-ns", "--origin-ns",
        "--start-ns", "--end-ns", "--max-in-flight",
    ]
    /// Options that say what a request carries; see `payload(_:_:)`.
    package static let payloadKeys = ["--payload-bytes", "--payload-text"]
    private static let common = scheduleKeys + ["--protocol", "--backend"]
    private static let network = payloadKeys + ["--url-address", "--port"]
    private static let stream = ["--connection", "--tls", "--tls-server"]
    private static let http = ["--path", "--method", "--host-header", "--statuses"]

    static func generate(_ arguments: [String]) throws(Misuse) -> TrafficConfiguration {
        let command = arguments.firstIndex(of: "--").map { Array(arguments[($0 + 1)...]) }
        let words = Array(arguments.prefix { $0 != "--" })
        let protocolName = protocolName(of: words)
        let allowed: [String]
        switch protocolName {
        case "http": allowed = common + network + stream + http
        case "tcp": allowed = common + network + stream + ["--reply"]
        case "udp": allowed = common + network + ["--reply"]
        case "exec": allowed = common
        case _: throw Misuse("--protocol \(protocolName): http, tcp, udp or exec")
        }
        let options = try TrafficOptions(
            words, allowed: allowed, repeatable: protocolName == "http" ? ["--header"] : [])
        guard (command != nil) == (protocolName == "exec") else {
            throw Misuse("-- PROGRAM WORD...: just with --protocol exec")
        }
        var configuration = try base(options, isNetwork: protocolName != "exec")
        switch protocolName {
        case "tcp": configuration.exchange = .tcp(try reply(options["--reply"] ?? "any"))
        case "udp": configuration.exchange = .udp(try reply(options["--reply"] ?? "any"))
        case "exec":
            guard let command, !command.isEmpty else { throw Misuse("--: no program follows") }
            configuration.exchange = .exec(command)
        case _: try readHTTP(options, &configuration)
        }
        configuration.tls = try tls(options)
        configuration.payload = try payload(options, configuration)
        configuration.attribution = try attribution(options["--backend"], configuration.exchange)
        return configuration
    }

    private static func protocolName(of words: [String]) -> String {
        guard let place = words.firstIndex(of: "--protocol"), place + 1 < words.count else {
            return "http"
        }
        return words[place + 1]
    }

    /// A configuration from the options of `scheduleKeys`; with `isNetwork` also an address.
    package static func base(
        _ options: TrafficOptions, isNetwork: Bool
    ) throws(Misuse) -> TrafficConfiguration {
        var address = SocketAddress.loopback(port: 0)
        if isNetwork {
            let port = try port("--port", try options.required("--port"))
            address = try Self.address(
                "--url-address", try options.required("--url-address"), port)
        }
        let range = Int64.min / 4...Int64.max / 4
        let seed = try options.number("--seed", in: 0...Int64.max, else: 0)
        let key = RandomKey(seed: UInt64(seed))
        let schedule = ArrivalSchedule(
            start: .init(nanoseconds: try options.number("--start-ns", in: range)),
            end: .init(nanoseconds: try options.number("--end-ns", in: range)),
            requestsPerMegasecond: try rate("--rate", try options.required("--rate")),
            finalRequestsPerMegasecond: try options["--final-rate"].map { text throws(Misuse) in
                try rate("--final-rate", text)
            },
            spacing: try spacing(options["--arrival"] ?? "constant", key))
        var configuration = TrafficConfiguration(
            address: address, originNanoseconds: try options.number("--origin-ns", in: range),
            schedule: schedule)
        configuration.identity = key.labelled("identity").value
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

    private static func tls(_ options: TrafficOptions) throws(Misuse) -> TrafficTLS? {
        guard let folder = options["--tls"] else {
            guard options["--tls-server"] == nil else {
                throw Misuse("--tls-server: just with --tls")
            }
            return nil
        }
        return TrafficTLS(folder: folder, server: options["--tls-server"])
    }

    private static func rate(_ key: String, _ text: String) throws(Misuse) -> UInt64 {
        guard let rate = ArrivalSchedule.requestsPerMegasecond(text) else {
            throw Misuse("\(key): not a rate above 0 and up to \(Limits.maximumRate)")
        }
        return rate
    }

    private static func spacing(
        _ text: String, _ key: RandomKey
    ) throws(Misuse) -> ArrivalSchedule.Spacing {
        switch text {
        case "constant": return .constant
        case "poisson": return .poisson(key.labelled("arrivals"))
        case _:
            guard text.hasPrefix("burst:"), let size = UInt64(text.dropFirst(6)),
                1...UInt64(Limits.maximumInFlight) ~= size
            else { throw Misuse("--arrival \(text): constant, poisson or burst:N") }
            return .burst(size)
        }
    }

    private static func readHTTP(
        _ options: TrafficOptions, _ configuration: inout TrafficConfiguration
    ) throws(Misuse) {
        configuration.path = try path("--path", options["--path"] ?? "/")
        configuration.method = try headerName("--method", options["--method"] ?? "GET")
        configuration.hostHeader = try headerText("--host-header", options["--host-header"])
        for header in options.all("--header") {
            let parts = header.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, parts[1].utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) else {
                throw Misuse("--header \(header): not 'NAME: TEXT' on one line")
            }
            _ = try headerName("--header", String(parts[0]))
            configuration.headers.append(header)
        }
        guard let list = options["--statuses"] else { return }
        configuration.statuses = []
        for word in list.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = word.split(separator: "-", omittingEmptySubsequences: false).map {
                UInt16($0)
            }
            guard let low = ends[0], let high = ends[ends.count - 1], ends.count <= 2,
                100 <= low, low <= high, high <= 599
            else { throw Misuse("--statuses \(list): such as 200-299,404") }
            configuration.statuses.append(low...high)
        }
    }

    /// The bytes that the options of `payloadKeys` ask for.
    package static func payload(
        _ options: TrafficOptions, _ configuration: TrafficConfiguration
    ) throws(Misuse) -> [UInt8] {
        let isUDP = if case .udp = configuration.exchange { true } else { false }
        let most = isUDP ? Limits.datagramBytes : Limits.payloadBytes
        if let text = options["--payload-text"] {
            guard options["--payload-bytes"] == nil else {
                throw Misuse("--payload-text: not together with --payload-bytes")
            }
            guard text.utf8.count <= most else {
                throw Misuse("--payload-text: more than \(most) bytes")
            }
            return Array(text.utf8)
        }
        guard options["--payload-bytes"] != nil else { return [] }
        let least = isUDP ? DatagramPayload.headerBytes : 0
        let size = Int(try options.number("--payload-bytes", in: Int64(least)...Int64(most)))
        return isUDP
            ? DatagramPayload.blank(size: size, identity: configuration.identity)
            : (0..<size).map { UInt8(truncatingIfNeeded: $0) }
    }

    private static func reply(_ text: String) throws(Misuse) -> TrafficConfiguration.ReplyRule {
        switch text {
        case "none": return .none
        case "any": return .any
        case "echo": return .echo
        case _:
            guard text.hasPrefix("contains:"), text.utf8.count > 9 else {
                throw Misuse("--reply \(text): none, any, echo or contains:TEXT")
            }
            return .contains(Array(text.utf8.dropFirst(9)))
        }
    }

    private static func attribution(
        _ text: String?, _ exchange: TrafficConfiguration.Exchange
    ) throws(Misuse) -> TrafficConfiguration.Attribution {
        guard let text else { return .none }
        if text == "peer" {
            if case .exec = exchange { throw Misuse("--backend peer: a command has no peer") }
            return .peer
        }
        if text.hasPrefix("header:") {
            guard exchange == .http else {
                throw Misuse("--backend \(text): only http has headers")
            }
            return .header(try headerName("--backend", String(text.dropFirst(7))))
        }
        let expression = String(text.dropFirst(5))
        guard text.hasPrefix("body:"), !expression.isEmpty,
            BackendCapture.expression(expression) != nil
        else { throw Misuse("--backend \(text): header:NAME, body:REGEX or peer") }
        return .body(expression)
    }
}
