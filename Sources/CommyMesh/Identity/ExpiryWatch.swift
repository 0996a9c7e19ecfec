internal import CommyBase

/// Decides when to warn that anchors and the own certificate end.
struct ExpiryWatch: Sendable, Equatable {
    private let limits: TrustLimits
    /// When each warning was last given; a warning is one of few values, so the list is short.
    private var given: [Given] = []

    private struct Given: Sendable, Equatable {
        let warning: TrustWarning
        let at: MeshInstant
    }

    init(limits: TrustLimits) { self.limits = limits }

    /// The warnings that are due, each at most once per interval.
    mutating func due(
        bundle: [TrustAnchor], issuer: Fingerprint?, certificateEnd: Int64, wall: Int64,
        at now: MeshInstant
    ) -> [TrustWarning] {
        var found: [TrustWarning] = []
        for anchor in bundle {
            switch anchor.notAfter {
            case ...wall: found.append(.anchorHasEnded(anchor.fingerprint))
            case ...(wall + limits.anchorWarning.components.seconds):
                found.append(.anchorEnds(anchor.fingerprint, at: anchor.notAfter))
            // Every later end is far enough away.
            default: break
            }
        }
        if let issuer {
            switch certificateEnd {
            case ...wall: found.append(.certificateHasEnded)
            case ...(wall + limits.certificateWarning.components.seconds):
                found.append(.certificateEnds(at: certificateEnd))
            // Every later end is far enough away.
            default: break
            }
            if !bundle.contains(where: { $0.fingerprint == issuer }) {
                found.append(.issuerUnknown(issuer))
            }
        }
        return found.filter { isNew($0, at: now) }
    }

    /// True when the warning was not given within the last interval; it counts as given now.
    mutating func isNew(_ warning: TrustWarning, at now: MeshInstant) -> Bool {
        given.removeAll { now - $0.at >= limits.warningInterval }
        guard !given.contains(where: { $0.warning == warning }) else { return false }
        given.append(Given(warning: warning, at: now))
        return true
    }
}
