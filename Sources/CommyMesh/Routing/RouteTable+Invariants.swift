internal import CommyBase

extension RouteTable {
    /// Checks the lists against each other; called by tests after each step.
    func checkInvariants() {
        var seen = 0
        for (index, service) in services.enumerated()
        where self.service(service.name) == index {
            precondition(!service.rows.isEmpty)
            for row in service.rows {
                precondition(rows[row].service == index && offers[row] != nil)
                precondition(self.row(of: rows[row].instance) == row)
                precondition(nodes[rows[row].node].id == rows[row].instance.node)
                precondition(nodes[rows[row].node].rows.contains(row))
                precondition(isCandidate(row) == (rows[row].place >= 0))
                precondition(rows[row].openCalls >= 0)
                seen += 1
            }
        }
        precondition(seen == offers.lazy.filter { $0 != nil }.count)
        for (index, tier) in tiers.enumerated() {
            for (place, row) in tier.rows.enumerated() {
                precondition(rows[row].place == place)
                precondition(self.tier(rows[row].rank, of: rows[row].service) == index)
            }
        }
    }
}
