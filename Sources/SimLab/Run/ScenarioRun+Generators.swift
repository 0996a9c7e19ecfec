internal import CommyBase
internal import CommyLinux
internal import SimModel

/// The command lines of traffic generators.
extension ScenarioRun {
    /// The whole command line of a source, its zero of time at `start`.
    func generatorWords(of instance: TrafficInstance, start: MeshInstant) throws -> [String] {
        let schedule = scheduleWords(of: instance, start: start)
        guard case .mesh(let exchange) = instance.spec.kind else {
            return [environment.traffic.path] + words(of: instance, schedule)
        }
        let workload = try environment.program(.workload)
        return [workload, "call"] + Self.words(of: exchange, on: instance.spec.source) + schedule
    }

    /// The words that make `commy-traffic` this source.
    private func words(of instance: TrafficInstance, _ schedule: [String]) -> [String] {
        let spec = instance.spec
        var words = ["--protocol", spec.protocolName] + schedule
        switch spec.attribution {
        case .header(let name): words += ["--backend", "header:\(name)"]
        case .body(let expression): words += ["--backend", "body:\(expression)"]
        case .peer: words += ["--backend", "peer"]
        case .instance, nil: break
        }
        return words + exchangeWords(spec, host: instance.host)
    }

    private static func words(of exchange: MeshExchange, on host: String) -> [String] {
        var words = ["--run-dir", MeshSpec.runDirectory, "--node", host]
        words += ["--service", exchange.service]
        if let method = exchange.method { words += ["--method", method] }
        if exchange.isIdempotent { words.append("--idempotent") }
        return words + Self.words(of: exchange.payload)
    }

    /// When requests are due, whatever they are.
    private func scheduleWords(of instance: TrafficInstance, start: MeshInstant) -> [String] {
        let spec = instance.spec
        let end = min(spec.end ?? scenario.duration, scenario.duration)
        let key = RandomKey(seed: seed).labelled("traffic").labelled(spec.name)
        var words = [
            "--seed", String(key.value >> 1),
            "--rate", Self.rateText(spec.arrival.ratePerSecond),
            "--timeout-ns", String(spec.timeout.nanoseconds),
            "--origin-ns", String(clock.originNanoseconds),
            "--start-ns", String((start + spec.start).nanoseconds),
            "--end-ns", String((start + end).nanoseconds),
        ]
        if let final = spec.arrival.finalRatePerSecond {
            words += ["--final-rate", Self.rateText(final)]
        }
        switch spec.arrival.spacing {
        case .constant: break
        case .poisson: words += ["--arrival", "poisson"]
        case .burst(let size): words += ["--arrival", "burst:\(size)"]
        }
        return words
    }

    private func exchangeWords(_ spec: TrafficSpec, host: Int) -> [String] {
        let connection = ["--connection", spec.connection.rawValue] + Self.words(of: spec.tls)
        switch spec.kind {
        case .http(let http): return connection + targetWords(http.target) + Self.words(of: http)
        case .tcp(let tcp):
            return connection + targetWords(tcp.target) + Self.words(of: tcp.payload)
                + ["--reply", Self.word(of: tcp.reply)]
        case .udp(let udp):
            return targetWords(udp.target) + Self.words(of: udp.payload)
                + ["--reply", Self.word(of: udp.reply)]
        case .exec(let command):
            let filled = placeholders(host: host, directory: HostSandbox.directory).fill(command)
            return ["--"] + filled
        case .mesh: preconditionFailure("its program is another one")
        }
    }

    private func targetWords(_ target: SocketTarget) -> [String] {
        let host = index(of: target.host)
        let address =
            target.usesIPv6 ? AddressPlan.text6(host: host) : AddressPlan.text4(host: host)
        return ["--url-address", address, "--port", String(target.port)]
    }

    private static func words(of http: HTTPExchange) -> [String] {
        let statuses = http.statuses.map { "\($0.lowerBound)-\($0.upperBound)" }
        return [
            "--path", http.path, "--method", http.method,
            "--host-header", "\(http.target.host):\(http.target.port)",
            "--statuses", statuses.joined(separator: ","),
        ] + http.headers.flatMap { ["--header", "\($0.name): \($0.value)"] }
            + words(of: http.payload)
    }

    private static func words(of server: TLSServer?) -> [String] {
        let words = ["--tls", HostCertificates.directory]
        switch server {
        case .host(let name): return words + ["--tls-server", name]
        case .any: return words
        case nil: return []
        }
    }

    private static func words(of payload: Payload) -> [String] {
        switch payload {
        case .none: []
        case .text(let text): ["--payload-text", text]
        case .bytes(let count): ["--payload-bytes", String(count)]
        }
    }

    private static func word(of reply: SimModel.Reply) -> String {
        switch reply {
        case .none: "none"
        case .any: "any"
        case .echo: "echo"
        case .contains(let text): "contains:\(text)"
        }
    }

    /// Six decimal places: what the generator reads exactly.
    private static func rateText(_ rate: Double) -> String {
        let millionths = max(1, UInt64(rate * 1_000_000 + 0.5))
        let fraction = String(millionths % 1_000_000)
        return "\(millionths / 1_000_000)." + String(repeating: "0", count: 6 - fraction.count)
            + fraction
    }
}
