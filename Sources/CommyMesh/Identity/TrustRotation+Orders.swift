public import CommyBase

// What an operator orders.
extension TrustRotation {
    /// Begins the rotation to this anchor. One that is in progress is replaced only when
    /// `replacing` says so, and not any more when anchors are being removed; to return to the old
    /// anchor is such a replacement. The mesh hears of it when the anchor was judged.
    public mutating func begin(
        _ anchor: TrustAnchor, replacing: Bool = false, at now: MeshInstant
    ) throws(RotationRefusal) {
        arrive(at: now)
        if let wall, anchor.notAfter <= wall { throw .anchorHasEnded }
        if let state {
            guard state.term < TrustState.termLimit else { throw .tooManyRotations }
            switch state.step {
            case .adding, .reissuing:
                guard replacing else { throw .inProgress(state.step, owner: state.owner) }
            case .removing: throw .inProgress(state.step, owner: state.owner)
            case .settled:
                if state.anchor.fingerprint == anchor.fingerprint, missing.isEmpty {
                    throw .alreadyTrusted
                }
            }
        }
        let isHeld = bundle.contains { $0.fingerprint == anchor.fingerprint }
        guard isHeld || bundle.count < TrustLimits.bundle else { throw .bundleFull }
        let next = TrustState(
            term: (state?.term ?? 0) + 1, step: .adding, owner: selfName, anchor: anchor)
        ordered = next
        emit(.judge(next, from: selfName))
    }

    /// Orders the next step. Any node may: whoever began the rotation may have crashed.
    public mutating func proceed(
        absent: Absent = .leaveBehind, at now: MeshInstant
    ) throws(RotationRefusal) {
        arrive(at: now)
        guard ordered == nil else { throw .notAcknowledged(.adding, [selfName]) }
        guard var next = state else { throw .noRotation }
        guard let step = next.step.next else { throw .finished }
        let missing = missing
        guard missing.isEmpty else { throw .notAcknowledged(next.step, missing) }
        switch absent {
        case .block:
            let lockedOut = self.absent
            guard lockedOut.isEmpty else { throw .wouldLockOut(lockedOut) }
        case .leaveBehind: break
        }
        if let wall, next.anchor.notAfter <= wall { throw .anchorHasEnded }
        next.step = step
        enter(next)
    }
}
