/// What nodes of a mesh must say about its members, at all times of a window or from some time on.
public enum MembersClaim: Sendable, Equatable {
    /// A node and the states, one of which it must be in.
    public struct Wanted: Sendable, Equatable {
        public var node: String
        public var states: [State]

        public init(node: String, states: [State]) {
            self.node = node
            self.states = states
        }
    }
    /// How one node sees another.
    public enum State: String, Sendable, Equatable, CaseIterable {
        case alive, suspect, dead, left
        /// It has never heard of it, or has forgotten it.
        case unknown
    }

    /// These nodes are in these states; a node is not asked about itself.
    case states([Wanted])
    /// So many members are alive, the node itself among them.
    case alive(ExpectationSpec.Comparison, Int)

    /// `b dead, c alive or suspect`, `== 5 alive`.
    public var words: String {
        switch self {
        case .alive(let comparison, let count): "\(comparison.rawValue) \(count) alive"
        case .states(let all):
            all.map { wanted in
                let states = wanted.states.map(\.rawValue).joined(separator: " or ")
                return "\(wanted.node) \(states)"
            }.joined(separator: ", ")
        }
    }
}
