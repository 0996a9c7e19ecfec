internal import CommyBase

/// The shape of one line of the event log: a flat object with `at_ns`, `event` and the fields of
/// the fact. Keys are those of the Swift values, spelled as `EventKeys` says.
extension RunEvent: Codable {
    private enum Keys: String, CodingKey {
        case atNanoseconds
        case event
    }

    public func encode(to encoder: any Encoder) throws {
        var line = encoder.container(keyedBy: Keys.self)
        try line.encode(at.nanoseconds, forKey: .atNanoseconds)
        try line.encode(fact.kind.rawValue, forKey: .event)
        try fact.payload.encode(to: encoder)
    }

    /// Throws for an event whose kind this version does not know; a reader skips it.
    public init(from decoder: any Decoder) throws {
        let line = try decoder.container(keyedBy: Keys.self)
        let at = MeshInstant(nanoseconds: try line.decode(Int64.self, forKey: .atNanoseconds))
        let name = try line.decode(String.self, forKey: .event)
        guard let kind = Kind(rawValue: name) else { throw UnknownEvent(name: name) }
        self.init(at: at, fact: try Fact(kind, from: decoder))
    }

    /// The words of the `event` field.
    public enum Kind: String, Sendable, CaseIterable {
        case runStarted = "run_started"
        case hostUp = "host_up"
        case linkUp = "link_up"
        case processStarted = "process_started"
        case processReady = "process_ready"
        case processExited = "process_exited"
        case processOutput = "process_output"
        case processSampled = "process_sampled"
        case processReported = "process_reported"
        case processMisreported = "process_misreported"
        case trafficStarted = "traffic_started"
        case request
        case requestRepeated = "request_repeated"
        case trafficEnded = "traffic_ended"
        case faultStarted = "fault_started"
        case faultHealed = "fault_healed"
        case faultMissed = "fault_missed"
        case linkChanged = "link_changed"
        case linkTotals = "link_totals"
        case machineStalled = "machine_stalled"
        case judged
        case runEnded = "run_ended"
    }

    /// An event of a later version.
    public struct UnknownEvent: Error, Sendable, Equatable {
        public let name: String
    }
}

extension RunEvent.Fact {
    /// The word for it in the log.
    public var kind: RunEvent.Kind {
        switch self {
        case .runStarted: .runStarted
        case .hostUp: .hostUp
        case .linkUp: .linkUp
        case .processStarted: .processStarted
        case .processReady: .processReady
        case .processExited: .processExited
        case .processOutput: .processOutput
        case .processSampled: .processSampled
        case .processReported: .processReported
        case .processMisreported: .processMisreported
        case .trafficStarted: .trafficStarted
        case .request: .request
        case .requestRepeated: .requestRepeated
        case .trafficEnded: .trafficEnded
        case .faultStarted: .faultStarted
        case .faultHealed: .faultHealed
        case .faultMissed: .faultMissed
        case .linkChanged: .linkChanged
        case .linkTotals: .linkTotals
        case .machineStalled: .machineStalled
        case .judged: .judged
        case .runEnded: .runEnded
        }
    }

    fileprivate var payload: any Encodable {
        switch self {
        case .runStarted(let value): value
        case .hostUp(let value): value
        case .linkUp(let value): value
        case .processStarted(let value): value
        case .processReady(let value): value
        case .processExited(let value): value
        case .processOutput(let value): value
        case .processSampled(let value): value
        case .processReported(let value): value
        case .processMisreported(let value): value
        case .trafficStarted(let value): value
        case .request(let value): value
        case .requestRepeated(let value): value
        case .trafficEnded(let value): value
        case .faultStarted(let value): value
        case .faultHealed(let value): value
        case .faultMissed(let value): value
        case .linkChanged(let value): value
        case .linkTotals(let value): value
        case .machineStalled(let value): value
        case .judged(let value): value
        case .runEnded(let value): value
        }
    }

    fileprivate init(_ kind: RunEvent.Kind, from decoder: any Decoder) throws {
        self =
            switch kind {
            case .runStarted: .runStarted(try .init(from: decoder))
            case .hostUp: .hostUp(try .init(from: decoder))
            case .linkUp: .linkUp(try .init(from: decoder))
            case .processStarted: .processStarted(try .init(from: decoder))
            case .processReady: .processReady(try .init(from: decoder))
            case .processExited: .processExited(try .init(from: decoder))
            case .processOutput: .processOutput(try .init(from: decoder))
            case .processSampled: .processSampled(try .init(from: decoder))
            case .processReported: .processReported(try .init(from: decoder))
            case .processMisreported: .processMisreported(try .init(from: decoder))
            case .trafficStarted: .trafficStarted(try .init(from: decoder))
            case .request: .request(try .init(from: decoder))
            case .requestRepeated: .requestRepeated(try .init(from: decoder))
            case .trafficEnded: .trafficEnded(try .init(from: decoder))
            case .faultStarted: .faultStarted(try .init(from: decoder))
            case .faultHealed: .faultHealed(try .init(from: decoder))
            case .faultMissed: .faultMissed(try .init(from: decoder))
            case .linkChanged: .linkChanged(try .init(from: decoder))
            case .linkTotals: .linkTotals(try .init(from: decoder))
            case .machineStalled: .machineStalled(try .init(from: decoder))
            case .judged: .judged(try .init(from: decoder))
            case .runEnded: .runEnded(try .init(from: decoder))
            }
    }
}

/// How the names of Swift values are spelled in the log: `latencyNanoseconds` is `latency_ns`.
public enum EventKeys {
    /// A key that is spelled as given; for the key strategies of JSON coders.
    private struct Spelled: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(_ name: String) { stringValue = name }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    /// The key strategy of whoever writes a log.
    @Sendable public static func logKey(at path: [any CodingKey]) -> any CodingKey {
        if isForeign(path), let key = path.last { return key }
        return Spelled(logName(of: path.last?.stringValue ?? ""))
    }

    /// The key strategy of whoever reads a log.
    @Sendable public static func swiftKey(at path: [any CodingKey]) -> any CodingKey {
        if isForeign(path), let key = path.last { return key }
        return Spelled(swiftName(of: path.last?.stringValue ?? ""))
    }

    /// True for a name that a process has given: it stays as it is.
    private static func isForeign(_ path: [any CodingKey]) -> Bool {
        path.count > 1 && path[path.count - 2].stringValue == ReportedFields.key
    }

    /// The log's spelling of a Swift name.
    public static func logName(of name: String) -> String {
        var result = ""
        for character in shortened(name) {
            if character.isUppercase { result += "_" }
            result += character.lowercased()
        }
        return result
    }

    /// The Swift name of a log's spelling.
    public static func swiftName(of name: String) -> String {
        let words = name.split(separator: "_").map(String.init)
        let last = words.count > 1 && words.last == "ns" ? ["nanoseconds"] : []
        let all = last.isEmpty ? words : words.dropLast() + last
        return all.enumerated().map { index, word in
            index == 0 ? word : word.prefix(1).uppercased() + word.dropFirst()
        }.joined()
    }

    private static func shortened(_ name: String) -> String {
        name.hasSuffix("Nanoseconds") ? name.dropLast("Nanoseconds".count) + "Ns" : name
    }
}
