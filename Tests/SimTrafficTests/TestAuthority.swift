internal import CommyBase
internal import CommyTLS
internal import Foundation
internal import SimTraffic

/// A root of its own, the same in every run, and what it gives to its nodes.
struct TestAuthority {
    static let validity = CertificateAuthority.Validity(
        notBefore: WallInstant(secondsSince1970: 946_684_800),
        notAfter: WallInstant(secondsSince1970: 2_524_607_999))

    let authority: CertificateAuthority
    private let key: RandomKey

    init(_ name: String = "test", seed: UInt64 = 1) throws {
        key = RandomKey(seed: seed).labelled(name)
        var random = RandomStream(key: key)
        authority = try CertificateAuthority(
            mesh: name, validity: Self.validity, random: &random)
    }

    func identity(
        _ node: String, _ validity: CertificateAuthority.Validity = validity
    ) throws -> TLSIdentity {
        var random = RandomStream(key: key.labelled(node))
        let key = SigningKey(from: &random)
        let certificate = try authority.issue(
            node: node, key: key, validity: validity, random: &random)
        return try TLSIdentity(chain: [certificate], key: key)
    }

    func security(
        _ node: String, server: String? = nil,
        _ rule: TLSContext.ProtocolRule = .unnamed
    ) throws -> StreamSecurity {
        let trust = try TrustBundle([authority.certificate])
        return StreamSecurity(
            context: try TLSContext(
                identity: try identity(node), trust: [trust], protocol: rule), server: server)
    }

    /// Calls `body` with a folder of the three files, which is removed after it.
    func withFolder<Result>(_ node: String, _ body: (String) throws -> Result) throws -> Result {
        let folder = NSTemporaryDirectory() + "commy-tls-\(UInt64.random(in: 0 ... .max))"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let identity = try identity(node)
        let files = [
            (TrafficTLS.certificateFile, identity.chain[0].pem),
            (TrafficTLS.keyFile, identity.key.pem),
            (TrafficTLS.trustFile, authority.certificate.pem),
        ]
        for (name, bytes) in files {
            try Data(bytes).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
        }
        return try body(folder)
    }
}
