/// The handful of lines that show why an expectation came out as it did.
struct Evidence {
    private(set) var lines: [String] = []

    /// `origin` is the begin of the fault that the claim speaks of, if any.
    init(_ claim: ExpectationSpec.Claim, _ requests: [Observations.Request], origin: Int64?) {
        switch claim {
        case .success:
            countResults(requests)
            showFailures(requests, origin)
        case .latency:
            showLatencies(requests)
        case .share:
            countBackends(requests)
        case .recovers:
            showRecovery(requests, origin)
        }
    }

    private mutating func countResults(_ requests: [Observations.Request]) {
        let counts = RequestOutcome.Result.allCases.compactMap { result -> String? in
            let count = requests.count { $0.result == result }
            return count == 0 ? nil : "\(count) \(result.rawValue)"
        }
        if !counts.isEmpty { lines.append(counts.joined(separator: ", ")) }
    }

    private mutating func showFailures(_ requests: [Observations.Request], _ origin: Int64?) {
        let bad = requests.filter { $0.result != .ok }
        for request in bad.prefix(JudgeLimits.evidenceRequests) {
            lines.append(Self.describe(request, origin))
        }
        if bad.count > JudgeLimits.evidenceRequests, let last = bad.last {
            lines.append("... and the last: " + Self.describe(last, origin))
        }
    }

    private mutating func showLatencies(_ requests: [Observations.Request]) {
        let good = requests.filter { $0.result == .ok }
        let sorted = good.map(\.latency).sorted()
        let rows: [(String, Double)] = [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("max", 1)]
        let figures = rows.compactMap { name, quantile in
            Figures.quantile(quantile, of: sorted).map { "\(name) \(Figures.time($0))" }
        }
        if !figures.isEmpty { lines.append(figures.joined(separator: ", ")) }
        for request in good.sorted(by: { $0.latency > $1.latency })
            .prefix(JudgeLimits.evidenceRequests)
        {
            lines.append(Self.describe(request, nil))
        }
    }

    private mutating func countBackends(_ requests: [Observations.Request]) {
        let good = requests.filter { $0.result == .ok }
        let names = Set(good.map { $0.backend ?? "(unnamed)" }).sorted()
        for name in names.prefix(10) {
            let count = good.count { ($0.backend ?? "(unnamed)") == name }
            lines.append("\(name): \(count) of \(good.count)")
        }
    }

    private mutating func showRecovery(_ requests: [Observations.Request], _ origin: Int64?) {
        let bad = requests.filter { $0.result != .ok }
        lines.append("\(bad.count) of \(requests.count) requests failed")
        if let first = bad.first { lines.append("first: " + Self.describe(first, origin)) }
        if let last = bad.last { lines.append("last: " + Self.describe(last, origin)) }
    }

    private static func describe(_ request: Observations.Request, _ origin: Int64?) -> String {
        var text = "\(Figures.instant(request.scheduled)) \(request.result.rawValue)"
        text += " after \(Figures.time(request.latency))"
        if let origin {
            let offset = request.scheduled - origin
            let side = offset < 0 ? "before" : "into"
            text += ", \(Figures.time(abs(offset))) \(side) the fault"
        }
        if let backend = request.backend { text += " (\(backend))" }
        return text
    }
}
