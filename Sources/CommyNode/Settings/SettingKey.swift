internal import CommyBase
internal import CommyMesh

/// One setting: its name in a file and, with `--` before it, as a flag.
struct SettingKey: Sendable {
    let name: String
    /// What stands behind it in the help; nil for one that is only switched on.
    let placeholder: String?
    let help: String
    /// What a good value looks like, for errors.
    let expected: String
    /// False when the text is no value for this setting.
    let apply: @Sendable (_ text: String, _ settings: inout NodeSettings) -> Bool

    static let all: [SettingKey] = identity + network + files + behaviour

    private static let identity = [
        SettingKey(
            name: "mesh", placeholder: "NAME", help: "the mesh that this node belongs to",
            expected: NameRule.words
        ) { text, settings in
            settings.mesh = MeshName(text)
            return settings.mesh != nil
        },
        SettingKey(
            name: "name", placeholder: "NAME",
            help: "the node's name, as its certificate says it", expected: NameRule.words
        ) { text, settings in
            settings.name = NodeName(text)
            return settings.name != nil
        },
        SettingKey(
            name: "zone", placeholder: "PATH", help: "where it stands, the widest area first",
            expected: "a path such as eu/a/rack-3"
        ) { text, settings in
            guard let zone = Zone(text) else { return false }
            settings.zone = zone
            return true
        },
    ]

    private static let network = [
        address(
            "listen", "where other nodes reach it; may be given more than once"
        ) { $0.listen.append($1) },
        address(
            "advertise", "where others are told to dial, if not where it listens"
        ) { $0.advertise.append($1) },
        address(
            "join", "where a node of the mesh may be found; may be given more than once"
        ) { $0.join.append($1) },
    ]

    private static let files = [
        path("certificate", "its certificate (PEM)") { $0.certificate = $1 },
        path("key", "the certificate's key (PEM)") { $0.key = $1 },
        path("trust", "the roots of the mesh (PEM)") { $0.trust = $1 },
        path("run-dir", "the folder for the socket of local programs; see below") {
            $0.runDirectory = $1
        },
        path(
            "state-dir", "the folder for what it keeps over restarts; that of the key if not given"
        ) { $0.stateDirectory = $1 },
    ]

    private static let behaviour = [
        SettingKey(
            name: "events", placeholder: nil, help: "print what the node sees, a line each",
            expected: "true or false"
        ) { text, settings in
            guard let value = Bool(text) else { return false }
            settings.events = value
            return true
        },
        SettingKey(
            name: "limit", placeholder: "NAME=SPAN",
            help: "another value for a limit, such as heartbeat=100ms; see below",
            expected: "a span for one of \(TunedLimit.names), such as heartbeat=250ms"
        ) { text, settings in TunedLimit.apply(text, to: &settings.limits) },
    ]

    private static func address(
        _ name: String, _ help: String,
        _ set: @escaping @Sendable (inout NodeSettings, NetworkAddress) -> Void
    ) -> SettingKey {
        SettingKey(
            name: name, placeholder: "ADDRESS", help: help,
            expected: "an address, such as 10.0.0.1:\(NodeSettings.defaultPort) or "
                + "[fd00::1]:\(NodeSettings.defaultPort)"
        ) { text, settings in
            guard
                let address = NetworkAddress(text)
                    ?? NetworkAddress(numeric: text, port: NodeSettings.defaultPort)
            else { return false }
            set(&settings, address)
            return true
        }
    }

    private static func path(
        _ name: String, _ help: String,
        _ set: @escaping @Sendable (inout NodeSettings, String) -> Void
    ) -> SettingKey {
        SettingKey(name: name, placeholder: "PATH", help: help, expected: "a path") {
            text, settings in
            guard !text.isEmpty, !text.utf8.contains(0) else { return false }
            set(&settings, text)
            return true
        }
    }
}

/// A limit that an operator may set.
struct TunedLimit: Sendable {
    let name: String
    let set: @Sendable (inout NodeLimits, Duration) -> Void

    static let all = [
        TunedLimit(name: "heartbeat") { $0.link.heartbeatActive = $1 },
        TunedLimit(name: "idle-heartbeat") { $0.link.heartbeatIdle = $1 },
        TunedLimit(name: "silent-after") { $0.link.silentAfter = $1 },
        TunedLimit(name: "probe-interval") { $0.membership.probeInterval = $1 },
        TunedLimit(name: "suspicion") { $0.membership.suspicionBase = $1 },
        TunedLimit(name: "suspicion-limit") { $0.membership.suspicionLimit = $1 },
        TunedLimit(name: "dial-patience") { $0.dialPatience = $1 },
        TunedLimit(name: "drain-within") { $0.link.drainWithin = $1 },
    ]

    /// All of them, in lines for the help.
    static var names: String {
        all.map(\.name).joined(separator: ", ")
    }

    static func apply(_ text: String, to limits: inout NodeLimits) -> Bool {
        let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
        guard parts.count == 2, let limit = all.first(where: { $0.name == parts[0] }),
            let span = span(parts[1])
        else { return false }
        limit.set(&limits, span)
        return true
    }

    /// `250ms`, `1.5s`: more than nothing, less than a day.
    private static func span(_ text: String) -> Duration? {
        let units: [(String, Double)] = [("ms", 1e6), ("us", 1e3), ("s", 1e9)]
        for (unit, nanoseconds) in units where text.hasSuffix(unit) {
            guard let number = Double(text.dropLast(unit.count)) else { return nil }
            let span = number * nanoseconds
            guard span >= 1, span < 86_400e9 else { return nil }
            return .nanoseconds(Int64(span))
        }
        return nil
    }
}
