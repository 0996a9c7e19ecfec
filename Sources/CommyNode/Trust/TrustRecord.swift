internal import CommyBase
internal import CommyMesh
internal import CommyTLS

/// What the mesh has decided about its roots, over what the operator's file says: the roots that
/// count are those of the file and the added ones, without the removed ones.
///
/// Invariants: a root is not added and removed at once; at most `limit` of each.
struct TrustRecord: Sendable {
    /// The rotation that the node last entered.
    private(set) var state: TrustState?
    private(set) var added: [Certificate] = []
    /// Fingerprints.
    private(set) var removed: [String] = []

    /// The oldest of more is forgotten: rotations long over.
    static let limit = TrustLimits.bundle

    init() {}

    init(state: TrustState?, added: [Certificate], removed: [String]) {
        self.state = state
        self.added = added
        self.removed = removed
    }

    mutating func enter(_ state: TrustState) { self.state = state }

    mutating func add(_ root: Certificate) {
        let fingerprint = root.facts.fingerprint
        removed.removeAll { $0 == fingerprint }
        guard !added.contains(where: { $0.facts.fingerprint == fingerprint }) else { return }
        added = (added + [root]).suffix(Self.limit)
    }

    mutating func remove(_ fingerprint: String) {
        added.removeAll { $0.facts.fingerprint == fingerprint }
        guard !removed.contains(fingerprint) else { return }
        removed = (removed + [fingerprint]).suffix(Self.limit)
    }

    /// The roots that count, each once.
    func roots(over file: [Certificate]) -> [Certificate] {
        var roots: [Certificate] = []
        for root in file + added where !removed.contains(root.facts.fingerprint) {
            let isThere = roots.contains { $0.facts.fingerprint == root.facts.fingerprint }
            if !isThere { roots.append(root) }
        }
        return roots
    }
}
