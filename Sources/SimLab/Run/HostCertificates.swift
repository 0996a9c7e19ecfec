internal import CommyBase
internal import CommyTLS
internal import SimModel
internal import SimTraffic

/// The certificates of one run: a root that the run makes for itself, and one for each host.
///
/// They follow from the seed alone, so that the same run has the same bytes; a host's own from its
/// name too, so that another host changes nothing for it. They protect nothing: whoever knows the
/// seed has every key.
struct HostCertificates {
    /// Where they lie on every host: `certificate.pem`, `key.pem` and `trust.pem`.
    static let directory = "\(HostSandbox.directory)/tls"
    /// The trust domain: a host is `spiffe://commy-sim/node/NAME`.
    static let mesh = "commy-sim"
    /// From 2000 to the end of 2049: no run's clock is outside unless a fault moves it there, and
    /// all these dates have one length in a certificate (RFC 5280, 4.1.2.5).
    private static let validity = CertificateAuthority.Validity(
        notBefore: WallInstant(secondsSince1970: 946_684_800),
        notAfter: WallInstant(secondsSince1970: 2_524_607_999))

    private let key: RandomKey
    private let authority: CertificateAuthority

    init(seed: UInt64) throws(CertificateError) {
        key = RandomKey(seed: seed).labelled("tls")
        var random = RandomStream(key: key)
        authority = try CertificateAuthority(
            mesh: Self.mesh, validity: Self.validity, random: &random)
    }

    var root: Certificate { authority.certificate }

    func identity(host: String, addresses: [String]) throws(CertificateError) -> TLSIdentity {
        var random = RandomStream(key: key.labelled("host").labelled(host))
        let key = SigningKey(from: &random)
        let certificate = try authority.issue(
            node: host, key: key, validity: Self.validity, dnsName: host, addresses: addresses,
            random: &random)
        return try TLSIdentity(chain: [certificate], key: key)
    }

    /// What one host is given: names in `directory`, and contents.
    func files(
        host: String, addresses: [String]
    ) throws(CertificateError) -> [(name: String, content: [UInt8])] {
        let identity = try identity(host: host, addresses: addresses)
        return [
            (TrafficTLS.certificateFile, identity.chain[0].pem),
            (TrafficTLS.keyFile, identity.key.pem), (TrafficTLS.trustFile, root.pem),
        ]
    }
}

extension ScenarioRun {
    /// Gives every host its certificate, where the scenario speaks of them.
    func handOutCertificates() throws {
        guard scenario.usesCertificates else { return }
        do {
            let certificates = try HostCertificates(seed: seed)
            for host in hosts {
                var addresses = [AddressPlan.text4(host: host.index)]
                if scenario.topology.mtu >= AddressPlan.minimumMTU6 {
                    addresses.append(AddressPlan.text6(host: host.index))
                }
                let files = try certificates.files(host: host.name, addresses: addresses)
                for (name, content) in files {
                    try host.writeFile(
                        "\(HostCertificates.directory)/\(name)", content: content,
                        user: environment.processUser, group: environment.processGroup)
                }
            }
        } catch let error as CertificateError {
            throw LabError("the hosts' certificates cannot be made: \(error)")
        }
    }
}
