internal import CommyBase
public import CommyMesh
public import CommyTLS

extension Certificate {
    /// The root as nodes tell each other of it, behind it the certificates by which other roots
    /// vouch for it; nil when that is longer than they take.
    public func anchor(endorsements: [Certificate]) -> TrustAnchor? {
        guard let fingerprint = Fingerprint(hexadecimal: facts.fingerprint) else { return nil }
        return TrustAnchor(
            fingerprint: fingerprint, notAfter: facts.notAfter.secondsSince1970,
            certificate: pem + endorsements.flatMap(\.pem))
    }

    /// The root as nodes tell each other of it, with nobody's word for it.
    public var anchor: TrustAnchor? { anchor(endorsements: []) }
}

extension Fingerprint {
    /// Nil when these are not 64 hexadecimal digits.
    init?(hexadecimal text: String) {
        let digits = text.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
        guard digits.count == text.utf8.count, digits.count == 2 * Self.byteCount else {
            return nil
        }
        self.init((0..<Self.byteCount).map { UInt8(digits[2 * $0] << 4 | digits[2 * $0 + 1]) })
    }

    /// The begin of it: enough to tell the few roots of a mesh apart, as in events.
    var short: String { String(description.prefix(16)) }
}
