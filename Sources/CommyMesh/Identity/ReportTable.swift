internal import CommyBase

/// The newest report of each node, ascending by number.
///
/// Invariants: ascending and unique; at most `TrustLimits.reports`.
struct ReportTable: Sendable, Equatable {
    private(set) var reports: [TrustReport] = []

    /// The first row that is not below `id`.
    private func place(of id: NodeID) -> Int {
        var low = 0
        var high = reports.count
        while low < high {
            let middle = (low + high) / 2
            if reports[middle].id < id { low = middle + 1 } else { high = middle }
        }
        return low
    }

    subscript(id: NodeID) -> TrustReport? {
        let place = place(of: id)
        return place < reports.count && reports[place].id == id ? reports[place] : nil
    }

    /// True when the report is newer than the known one and was taken over.
    mutating func take(_ report: TrustReport) -> Bool {
        let place = place(of: report.id)
        guard place < reports.count, reports[place].id == report.id else {
            guard reports.count < TrustLimits.reports else { return false }
            reports.insert(report, at: place)
            return true
        }
        guard report.version > reports[place].version else { return false }
        reports[place] = report
        return true
    }

    mutating func remove(_ id: NodeID) { reports.removeAll { $0.id == id } }

    static func hash(of report: TrustReport) -> UInt64 {
        RandomKey(seed: report.id.value).numbered(report.counter).numbered(report.life).value
    }

    func checkInvariants() -> String? {
        guard zip(reports, reports.dropFirst()).allSatisfy({ $0.id < $1.id }) else {
            return "reports ascend by node"
        }
        return reports.count <= TrustLimits.reports ? nil : "reports are within their limit"
    }
}
