internal import CommyBase
internal import CommyMesh
internal import CommySession
internal import CommyWire
public import SimTraffic

/// What the words after `commy-workload` ask for.
public enum WorkloadCommand: Sendable, Equatable {
    case help
    case serve(ServeConfiguration)
    case call(CallConfiguration, TrafficConfiguration)

    /// `arguments` without the program's name.
    public init(_ arguments: [String]) throws(TrafficCommand.Misuse) {
        let rest = Array(arguments.dropFirst())
        switch arguments.first {
        case "--help", "-h": self = .help
        case "serve": self = .serve(try Self.serve(rest))
        case "call": self = try Self.call(rest)
        case let word?: throw .init("\(word): neither serve nor call")
        case nil: throw .init("serve or call, and its options")
        }
    }

    private static func serve(
        _ arguments: [String]
    ) throws(TrafficCommand.Misuse) -> ServeConfiguration {
        let options = try TrafficOptions(
            arguments,
            allowed: [
                "--run-dir", "--node", "--service", "--handler", "--work-ns", "--as", "--weight",
            ],
            repeatable: ["--label"], flags: ["--events"])
        let word = options["--handler"] ?? "echo"
        guard let handler = ServeConfiguration.Handler(rawValue: word) else {
            let known = ServeConfiguration.Handler.allCases.map(\.rawValue)
            throw .init("--handler \(word): \(known.joined(separator: ", "))")
        }
        let node = try node(options)
        let weight = UInt16(
            try options.number(
                "--weight", in: 0...Int64(UInt16.max), else: Int64(ServiceOffer.usualWeight)))
        return ServeConfiguration(
            socketPath: try socketPath(options), node: node,
            offer: try offer(try service(options), try labels(options), weight),
            handler: handler,
            workNanoseconds: try options.number(
                "--work-ns", in: 0...(Int64.max / 4),
                else: handler == .slow ? 1_000_000_000 : 0),
            label: options["--as"] ?? node, printsEvents: options.has("--events"))
    }

    private static func offer(
        _ service: ServiceName, _ labels: [Label], _ weight: UInt16
    ) throws(TrafficCommand.Misuse) -> ServiceOffer {
        do {
            return try ServiceOffer(service: service, labels: labels, weight: weight)
        } catch {
            throw .init("--label: too many, too long, or a key twice")
        }
    }

    private static func labels(
        _ options: TrafficOptions
    ) throws(TrafficCommand.Misuse) -> [Label] {
        var labels: [Label] = []
        for text in options.all("--label") {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let label = Label(String(parts[0]), String(parts[1])) else {
                throw .init("--label \(text): not KEY=VALUE; a key is \(NameRule.words)")
            }
            labels.append(label)
        }
        return labels
    }

    private static func call(
        _ arguments: [String]
    ) throws(TrafficCommand.Misuse) -> WorkloadCommand {
        let options = try TrafficOptions(
            arguments,
            allowed: TrafficCommand.scheduleKeys + TrafficCommand.payloadKeys + [
                "--run-dir", "--node", "--service", "--method", "--priority", "--reply",
            ], flags: ["--idempotent", "--one-way"])
        var traffic = try TrafficCommand.base(options, isNetwork: false)
        traffic.payload = try TrafficCommand.payload(options, traffic)
        var request = CallRequest(service: try service(options))
        if let text = options["--method"] {
            guard let method = MethodName(text) else {
                throw .init("--method \(text): not up to 255 visible ASCII characters")
            }
            request.method = method
        }
        let level = UInt8(try options.number("--priority", in: 0...7, else: 4))
        request.priority = StreamPriority(rawValue: level) ?? .normal
        request.isIdempotent = options.has("--idempotent")
        let reply = options["--reply"] ?? "echo"
        guard ["echo", "any"].contains(reply) else {
            throw .init("--reply \(reply): echo or any")
        }
        return .call(
            CallConfiguration(
                socketPath: try socketPath(options), node: try node(options), request: request,
                isOneWay: options.has("--one-way"), expectsEcho: reply == "echo"),
            traffic)
    }

    private static func service(
        _ options: TrafficOptions
    ) throws(TrafficCommand.Misuse) -> ServiceName {
        let text = try options.required("--service")
        guard let name = ServiceName(text) else {
            throw .init("--service \(text): \(NameRule.words)")
        }
        return name
    }

    private static func node(_ options: TrafficOptions) throws(TrafficCommand.Misuse) -> String {
        let text = try options.required("--node")
        guard NameRule.accepts(text) else { throw .init("--node \(text): \(NameRule.words)") }
        return text
    }

    private static func socketPath(
        _ options: TrafficOptions
    ) throws(TrafficCommand.Misuse) -> String {
        let name = try node(options)
        do throws(CommyError) {
            return try NodeSocket.find(node: name, runDirectory: options["--run-dir"])
        } catch {
            throw .init("--node \(name): \(error.detail)")
        }
    }
}
