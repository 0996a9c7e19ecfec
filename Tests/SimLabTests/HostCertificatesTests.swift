import CommyTLS
import SimModel
import SimScenario
import SimTraffic
import Testing

@testable import SimLab

struct HostCertificatesTests {
    private func files(_ seed: UInt64, _ host: String) throws -> [String: [UInt8]] {
        let files = try HostCertificates(seed: seed).files(
            host: host, addresses: ["10.77.0.1", "fd77::1"])
        return Dictionary(uniqueKeysWithValues: files.map { ($0.name, $0.content) })
    }

    @Test func `the same run has the same certificates, and another has others`() throws {
        #expect(try files(7, "web") == files(7, "web"))
        for name in [
            TrafficTLS.certificateFile, TrafficTLS.keyFile, TrafficTLS.trustFile,
        ] {
            #expect(try files(7, "web")[name] != files(8, "web")[name])
        }
        #expect(try files(7, "web")[TrafficTLS.keyFile] != files(7, "db")[TrafficTLS.keyFile])
        #expect(try files(7, "web")[TrafficTLS.trustFile] == files(7, "db")[TrafficTLS.trustFile])
    }

    @Test func `a host's files are an identity under the run's root`() throws {
        let files = try files(7, "web")
        let identity = try TLSIdentity(
            certificatePEM: try #require(files[TrafficTLS.certificateFile]),
            keyPEM: try #require(files[TrafficTLS.keyFile]))
        #expect(identity.id.description == "spiffe://commy-sim/node/web")
        let bundle = try TrustBundle(pem: try #require(files[TrafficTLS.trustFile]))
        #expect(bundle.mesh == HostCertificates.mesh)
        #expect(identity.facts.issuerKeyID == bundle.anchors[0].facts.keyID)
        #expect(identity.facts.notBefore == bundle.anchors[0].facts.notBefore)
    }

    @Test(arguments: [
        ("processes: { p: { on: a, run: \"x {{tls}}/key.pem\" } }", true),
        ("processes: { p: { on: a, shell: \"x {{tls}}\" } }", true),
        ("processes: { p: { on: a, run: x, env: { A: \"{{tls}}\" } } }", true),
        ("processes: { p: { on: a, run: x, files: { f: \"{{tls}}\" } } }", true),
        ("processes: { p: { on: a, run: x, ready: { exec: \"ls {{tls}}\" } } }", true),
        ("processes: { p: { on: a, run: \"x tls {{dir}}\" } }", false),
        ("traffic: { t: { from: a, tcp: \"b:1\", tls: true } }", true),
        ("traffic: { t: { from: a, tcp: \"b:1\" } }", false),
        ("traffic: { t: { from: a, http: \"https://b/\" } }", true),
        ("traffic: { t: { from: a, exec: \"curl --cacert {{tls}}/trust.pem b\" } }", true),
        ("faults: [{ at: 1s, exec: { on: a, run: \"x {{tls}}\" } }]", true),
        ("faults: [{ at: 1s, exec: { on: a, run: x, heal: \"y {{tls}}\" }, for: 1s }]", true),
    ])
    func `certificates are made where something speaks of them`(
        _ part: String, _ uses: Bool
    ) throws {
        let text = """
            name: x
            duration: 5s
            topology: { hosts: [a, b] }
            expect: []
            \(part)
            """
        let outcome = ScenarioReader.read(text: text, file: "x.yaml")
        let scenario = try #require(outcome.scenario, "\(outcome.diagnostics)")
        #expect(scenario.usesCertificates == uses)
    }
}
