internal import ArgumentParser
internal import CommyBase
internal import CommyMesh
internal import CommyWire
internal import Foundation
internal import SimScenario

/// What 'commy call' and 'commy send' have in common: the request.
struct RequestOptions: ParsableArguments {
    @Argument(help: "The service.")
    var service: String
    @Argument(help: "The method; '' for a service that does only one thing.")
    var method = ""
    @Argument(help: "The request's payload; '-' reads it from standard input.")
    var body = ""
    @OptionGroup var place: NodeOptions
    @Option(
        help: ArgumentHelp(
            "How the payload is sent: json, messagepack, cbor, view or opaque.",
            discussion: """
                Default: json when the payload is JSON, else opaque (bytes as they are). With the \
                others the payload is written as JSON and sent in that format.
                """))
    var format: String?
    @Option(help: ArgumentHelp("How long to wait, such as 500ms or 2s.", valueName: "time"))
    var deadline = "10s"
    @Option(
        parsing: .singleValue,
        help: ArgumentHelp("Text beside the payload; may be repeated.", valueName: "key=text"))
    var metadata: [String] = []
    @OptionGroup var requirement: RequirementOptions
    @Option(
        help: ArgumentHelp(
            "The trace that the call belongs to, as the W3C header says it.",
            valueName: "00-TRACE-SPAN-FLAGS"))
    var traceparent: String?
    @Option(help: ArgumentHelp("Goes with --traceparent.", valueName: "key=value,..."))
    var tracestate: String?
    @Option(
        help: ArgumentHelp(
            "The request's name in the events of every node; drawn when not given.",
            valueName: "32 hex digits"))
    var correlation: String?
    @Option(help: "0 goes first, 7 last.")
    var priority = 4
    @Flag(help: "The mesh may send it to a second instance when the first is lost.")
    var idempotent = false

    /// The request and its bytes, or what is wrong with the words.
    func request() throws -> (CallRequest, [UInt8]) {
        guard let name = ServiceName(service) else {
            throw ValidationError("'\(service)' is no service's name: \(NameRule.words).")
        }
        guard let method = MethodName(method) else {
            throw ValidationError("'\(method)' is no method: at most 255 visible ASCII characters.")
        }
        guard let timeout = Self.duration(deadline), timeout > .zero else {
            throw ValidationError("--deadline '\(deadline)': a time such as 500ms, 2s or 1m.")
        }
        guard let level = UInt8(exactly: priority), let rank = StreamPriority(rawValue: level)
        else {
            throw ValidationError("--priority \(priority): 0 to 7.")
        }
        var request = CallRequest(
            service: name, method: method, timeout: timeout, priority: rank,
            isIdempotent: idempotent)
        for text in metadata {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { throw ValidationError("--metadata '\(text)': key=text.") }
            do {
                try request.metadata.append(key: String(parts[0]), value: String(parts[1]))
            } catch {
                throw ValidationError("--metadata '\(text)': \(error.detail).")
            }
        }
        try requirement.write(to: &request.metadata)
        do throws(CommyError) { try RequirementKeys.check(request.metadata) } catch {
            throw ValidationError("--metadata \(error.detail).")
        }
        try addTrace(to: &request)
        let (format, bytes) = try payload()
        request.format = format
        return (request, bytes)
    }

    private func addTrace(to request: inout CallRequest) throws {
        if let traceparent {
            guard let trace = TraceContext(traceparent: traceparent) else {
                throw ValidationError(
                    "--traceparent '\(traceparent)': 00, a trace of 32 and a span of 16 lower-case "
                        + "hex digits, not all zero, and 2 for flags, with '-' between.")
            }
            request.trace = trace
        }
        if let tracestate {
            guard traceparent != nil, let state = TraceState(tracestate) else {
                throw ValidationError(
                    "--tracestate '\(tracestate)': key=value,... beside a --traceparent.")
            }
            request.traceState = state
        }
        if let correlation {
            guard let id = CorrelationID(correlation) else {
                throw ValidationError(
                    "--correlation '\(correlation)': 32 hex digits, lower case.")
            }
            request.correlation = id
        }
    }

    private func payload() throws -> (PayloadFormat, [UInt8]) {
        let bytes =
            body == "-" ? Array(FileHandle.standardInput.readDataToEndOfFile()) : Array(body.utf8)
        let value = try? PayloadCodec.decode(PayloadValue.self, from: bytes, as: .json)
        guard let word = format else { return (value == nil ? .opaque : .json, bytes) }
        let known = PayloadFormat.known.filter { $0 != .fixed && $0 != .compact }
        guard let format = known.first(where: { $0.description == word }) else {
            let names = known.map(\.description).joined(separator: ", ")
            throw ValidationError("--format '\(word)': one of \(names).")
        }
        guard format != .opaque else { return (format, bytes) }
        guard let value else {
            throw ValidationError("--format \(word): the payload has to be JSON, and is not.")
        }
        guard format != .json else { return (format, bytes) }
        do {
            return (format, try PayloadCodec.encode(value, as: format))
        } catch {
            throw ValidationError("--format \(word) cannot say that: \(error).")
        }
    }

    /// A number and its unit.
    static func duration(_ text: String) -> Duration? {
        let digits = text.prefix { $0.isNumber || $0 == "." }
        guard let number = Double(digits), number.isFinite, number >= 0, number < 1e9 else {
            return nil
        }
        let nanoseconds: Double
        switch text.dropFirst(digits.count) {
        case "us": nanoseconds = 1e3
        case "ms": nanoseconds = 1e6
        case "s": nanoseconds = 1e9
        case "m": nanoseconds = 60e9
        case _: return nil
        }
        guard number * nanoseconds < 1e18 else { return nil }
        return .nanoseconds(Int64(number * nanoseconds))
    }
}
