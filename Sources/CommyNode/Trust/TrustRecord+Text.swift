internal import CommyBase
internal import CommyMesh
internal import CommyTLS

/// The record as a file: lines `KEY VALUE`, then the certificates it speaks of (PEM).
extension TrustRecord {
    private static let head = "commy-trust 1"

    /// Why a file cannot be a record.
    struct Damage: Error, Sendable, Equatable {
        let words: String
    }

    /// The fields of a state, while lines are read.
    fileprivate struct Draft {
        var term: UInt64?
        var step: TrustState.Step?
        var owner: NodeName?
        var anchor: String?
        var added: [String] = []
        var removed: [String] = []
    }

    init(text: [UInt8], mesh: String) throws(Damage) {
        let lines = String(decoding: text, as: UTF8.self).split(separator: "\n")
        guard lines.first == Self.head[...] else {
            throw Damage(words: "it does not begin with '\(Self.head)'")
        }
        var draft = Draft()
        for line in lines.dropFirst() {
            if line.hasPrefix("-----BEGIN") { break }
            if !line.hasPrefix("#") { try draft.read(line) }
        }
        let pool: [Certificate]
        do throws(CertificateError) {
            pool = text.isPEM ? try Certificate.all(inPEM: text) : []
            let roots = pool.filter(\.facts.isSelfSigned)
            if let found = roots.isEmpty ? nil : try TrustBundle(roots).mesh, found != mesh {
                throw .unusable("it is of the mesh '\(found)'")
            }
        } catch { throw Damage(words: "\(error)") }
        func certificate(_ fingerprint: String) throws(Damage) -> Certificate {
            let found = pool.first { $0.facts.fingerprint == fingerprint }
            guard let found else { throw Damage(words: "the root \(fingerprint) is missing") }
            return found
        }
        var added: [Certificate] = []
        for fingerprint in draft.added { added.append(try certificate(fingerprint)) }
        var state: TrustState?
        if let fingerprint = draft.anchor {
            let root = try certificate(fingerprint)
            let endorsements = pool.filter {
                !$0.facts.isSelfSigned && $0.facts.keyID == root.facts.keyID
            }
            guard let anchor = root.anchor(endorsements: endorsements), let term = draft.term,
                let step = draft.step, let owner = draft.owner
            else { throw Damage(words: "the rotation is not complete") }
            state = TrustState(term: term, step: step, owner: owner, anchor: anchor)
        }
        self.init(state: state, added: added, removed: draft.removed)
    }

    var text: [UInt8] {
        var lines = [
            Self.head,
            "# What the mesh has decided about its roots; commyd writes this, nobody edits it.",
        ]
        var roots = added
        if let state {
            lines += [
                "term \(state.term)", "step \(state.step)", "owner \(state.owner)",
                "anchor \(state.anchor.fingerprint)",
            ]
            // Entered states are of roots that could be read; what vouches for them is kept too, so
            // that this node can tell others of them after a restart.
            let all = (try? Certificate.all(inPEM: state.anchor.certificate)) ?? []
            roots += all.filter { one in
                !roots.contains { $0.facts.fingerprint == one.facts.fingerprint }
            }
        }
        lines += added.map { "added \($0.facts.fingerprint)" } + removed.map { "removed \($0)" }
        return Array((lines.joined(separator: "\n") + "\n").utf8) + roots.flatMap { $0.pem }
    }
}

extension TrustRecord.Draft {
    mutating func read(_ line: Substring) throws(TrustRecord.Damage) {
        let words = line.split(separator: " ").map(String.init)
        guard words.count == 2, take(words[0], words[1]) else {
            throw TrustRecord.Damage(words: "the line '\(line.prefix(100))' means nothing")
        }
    }

    private mutating func take(_ key: String, _ value: String) -> Bool {
        switch key {
        case "term":
            term = UInt64(value).flatMap { (1...TrustState.termLimit).contains($0) ? $0 : nil }
            return term != nil
        case "step":
            step = TrustState.Step.allCases.first { "\($0)" == value }
            return step != nil
        case "owner":
            owner = NodeName(value)
            return owner != nil
        case "anchor": anchor = value
        case "added" where added.count < TrustRecord.limit: added.append(value)
        case "removed" where removed.count < TrustRecord.limit: removed.append(value)
        case _: return false
        }
        return Fingerprint(hexadecimal: value) != nil
    }
}

extension [UInt8] {
    fileprivate var isPEM: Bool {
        String(decoding: self, as: UTF8.self).split(separator: "\n").contains {
            $0.hasPrefix("-----BEGIN")
        }
    }
}
