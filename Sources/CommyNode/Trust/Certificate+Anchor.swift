internal import CommyBase
public import CommyMesh
public import CommyTLS

extension Certificate {
    /// The one certificate of a PEM text that is a root of this mesh.
    static func root(of mesh: String, pem: [UInt8]) throws(CertificateError) -> Certificate {
        let bundle = try TrustBundle(pem: pem)
        guard bundle.anchors.count == 1 else {
            throw .unusable("there are \(bundle.anchors.count) certificates in place of one root")
        }
        guard bundle.mesh == mesh else { throw .unusable("it is a root of '\(bundle.mesh)'") }
        return bundle.anchors[0]
    }

    /// The root as nodes tell each other of it; nil when it is longer than they take.
    public var anchor: TrustAnchor? {
        guard let fingerprint = Fingerprint(hexadecimal: facts.fingerprint) else { return nil }
        return TrustAnchor(
            fingerprint: fingerprint, notAfter: facts.notAfter.secondsSince1970, certificate: pem)
    }
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
