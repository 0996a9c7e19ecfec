/// The nodes of a mesh at one instant after the other, within a span.
///
/// Between two moments nothing changes: what is asked at each of them is known at all times.
struct MeshMoments {
    /// What a node says at a moment.
    struct Voice: Sendable, Equatable {
        let name: String
        let host: String
        /// Of its view; nil while it has told none.
        fileprivate(set) var view: String?
        /// Members that it takes for alive.
        fileprivate(set) var alive: Int?
        /// Of its catalog; empty while it has told none.
        fileprivate(set) var catalog = ""
        fileprivate var states: [String: MembersClaim.State] = [:]

        fileprivate init(_ node: NodeRecord) {
            name = node.name
            host = node.host
        }

        func state(of peer: String) -> MembersClaim.State { states[peer] ?? .unknown }
    }

    private enum Turn {
        case told(NodeRecord.Change)
        case pause(Bool)
    }
    private struct Step {
        var at: Int64
        var node: Int
        var turn: Turn
    }

    /// By name: which of them spoke first says nothing.
    private let nodes: [NodeRecord]
    private let span: Range<Int64>
    /// In the order of time.
    private let steps: [Step]

    /// `pauses`: spans in which a node's process stands still, by label; it is not asked then.
    init(_ record: MeshRecord, in span: Range<Int64>, pauses: [String: SpanSet]) {
        nodes = record.nodes.sorted { $0.label < $1.label }
        self.span = span
        var steps: [Step] = []
        for (place, node) in nodes.enumerated() {
            steps += node.entries.map { Step(at: $0.at, node: place, turn: .told($0.change)) }
            for pause in pauses[node.label]?.spans ?? [] {
                steps.append(Step(at: pause.lowerBound, node: place, turn: .pause(true)))
                steps.append(Step(at: pause.upperBound, node: place, turn: .pause(false)))
            }
        }
        // Equal instants keep the order of the log.
        self.steps = steps.enumerated()
            .sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }.map(\.element)
    }

    /// Calls `body` with the nodes that live, at the span's begin and after each change in it,
    /// until it says to stop.
    func forEach(_ body: (Int64, [Voice]) -> Bool) {
        var voices = [Voice?](repeating: nil, count: nodes.count)
        var isPaused = [Bool](repeating: false, count: nodes.count)
        func living() -> [Voice] {
            zip(voices, isPaused).compactMap { voice, isPaused in isPaused ? nil : voice }
        }
        var index = 0
        func takeSteps(through instant: Int64) {
            while index < steps.count, steps[index].at <= instant {
                let step = steps[index]
                switch step.turn {
                case .told(let change): apply(change, to: &voices[step.node], nodes[step.node])
                case .pause(let now): isPaused[step.node] = now
                }
                index += 1
            }
        }
        takeSteps(through: span.lowerBound)
        guard body(span.lowerBound, living()) else { return }
        while index < steps.count, steps[index].at < span.upperBound {
            let instant = steps[index].at
            takeSteps(through: instant)
            guard body(instant, living()) else { return }
        }
    }

    private func apply(_ change: NodeRecord.Change, to voice: inout Voice?, _ node: NodeRecord) {
        switch change {
        case .began: voice = Voice(node)
        case .ended: voice = nil
        case .view(let hash, let alive):
            voice?.view = hash
            voice?.alive = alive
        case .catalog(let hash): voice?.catalog = hash
        case .member(let peer, let state): voice?.states[peer] = state
        }
    }

    /// Who lives at the end of the span.
    var lastVoices: [Voice] {
        var last: [Voice] = []
        forEach { _, voices in
            last = voices
            return true
        }
        return last
    }

    /// From when on nothing is wrong until the span's end; nil when something is then. `why` is
    /// what was wrong last.
    func settled(_ objection: ([Voice]) -> String?) -> (since: Int64?, why: String?) {
        var since: Int64?
        var why: String?
        forEach { instant, voices in
            if let said = objection(voices) {
                since = nil
                why = said
            } else {
                since = since ?? instant
            }
            return true
        }
        return (since, why)
    }

    /// The first instant at which something is wrong, and what.
    func first(_ objection: ([Voice]) -> String?) -> (at: Int64, why: String)? {
        var found: (at: Int64, why: String)?
        forEach { instant, voices in
            guard let why = objection(voices) else { return true }
            found = (instant, why)
            return false
        }
        return found
    }
}
