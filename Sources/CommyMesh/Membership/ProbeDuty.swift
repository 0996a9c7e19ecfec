internal import CommyBase

/// A probe that this node carries out for another one (SWIM's ping-req), until the target answers
/// or the asker must be told that it has not.
struct ProbeDuty: Sendable, Equatable {
    /// The number under which the target is probed.
    let number: UInt64
    let target: NodeID
    let asker: NodeID
    /// The number that the asker knows.
    let askersNumber: UInt64
    private(set) var nackAt: MeshInstant

    init(
        number: UInt64, target: NodeID, asker: NodeID, askersNumber: UInt64, nackAt: MeshInstant
    ) {
        self.number = number
        self.target = target
        self.asker = asker
        self.askersNumber = askersNumber
        self.nackAt = nackAt
    }

    mutating func postpone(by span: Duration) { nackAt = nackAt + span }
}
