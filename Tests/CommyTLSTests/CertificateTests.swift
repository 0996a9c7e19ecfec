import CommyBase
import CommyTLS
import Testing

@Suite struct CertificateTests {
    @Test func `a root names its mesh, and a node its mesh and itself`() throws {
        var mesh = try TestMesh("eu.example")
        let root = mesh.authority.certificate.facts
        #expect(root.uri == "spiffe://eu.example" && root.mesh == "eu.example")
        #expect(root.isAuthority && root.allowsCertificates && root.node == nil)
        let node = try mesh.identity("web-1").facts
        #expect(node.node == SpiffeID(mesh: "eu.example", node: "web-1"))
        #expect(node.uri == "spiffe://eu.example/node/web-1" && node.uriCount == 1)
        #expect(!node.isAuthority && node.allowsSignatures && !node.allowsCertificates)
        #expect(node.issuerKeyID == root.keyID && root.keyID != nil && node.keyID != root.keyID)
        #expect(node.notBefore == TestMesh.start && node.notAfter == TestMesh.start + TestMesh.year)
        #expect(node.serial.count == 32 && node.fingerprint.count == 64)
    }

    @Test func `the same inputs give the same bytes`() throws {
        var (one, other) = (try TestMesh(), try TestMesh())
        #expect(one.authority.certificate.pem == other.authority.certificate.pem)
        let (left, right) = (try one.identity("a"), try other.identity("a"))
        #expect(left.chain[0].pem == right.chain[0].pem && left.key.pem == right.key.pem)
        let another = try TestMesh(seed: 2)
        #expect(another.authority.certificate.pem != one.authority.certificate.pem)
    }

    @Test func `the length of a certificate depends on its names alone`() throws {
        var lengths: Set<Int> = []
        for seed in 0..<200 as Range<UInt64> {
            var mesh = try TestMesh(seed: seed)
            let start = TestMesh.start + .seconds(Int64(seed) * 86_400)
            lengths.insert(try mesh.identity("a", from: start).chain[0].pem.count)
            lengths.insert(mesh.authority.certificate.pem.count - 10_000)
        }
        #expect(lengths.count == 2)
    }

    @Test func `what was written is read back`() throws {
        var mesh = try TestMesh()
        let identity = try mesh.identity("a")
        let root = mesh.authority
        let again = try CertificateAuthority(
            certificatePEM: root.certificate.pem, keyPEM: root.key.pem)
        #expect(again.mesh == "north" && again.certificate.facts == root.certificate.facts)
        let loaded = try TLSIdentity(
            certificatePEM: identity.chain[0].pem, keyPEM: identity.key.pem)
        #expect(loaded.id == identity.id && loaded.facts == identity.facts)
    }

    @Test func `a key of another certificate is refused`() throws {
        var mesh = try TestMesh()
        let (one, other) = (try mesh.identity("a"), try mesh.identity("b"))
        #expect(throws: CertificateError.keyOfAnother) {
            try TLSIdentity(chain: one.chain, key: other.key)
        }
        #expect(throws: CertificateError.keyOfAnother) {
            try CertificateAuthority(
                certificatePEM: mesh.authority.certificate.pem, keyPEM: other.key.pem)
        }
    }

    @Test func `a node's certificate is no root, and a root's no identity`() throws {
        var mesh = try TestMesh()
        let node = try mesh.identity("a")
        #expect(throws: CertificateError.self) { try TrustBundle(node.chain) }
        #expect(throws: CertificateError.self) {
            try TLSIdentity(chain: [mesh.authority.certificate], key: mesh.authority.key)
        }
    }

    @Test func `a bundle holds the anchors of one mesh, and at least one`() throws {
        let (old, new) = (try TestMesh(seed: 1), try TestMesh(seed: 2))
        let both = try old.bundle.adding(new.authority.certificate)
        #expect(both.anchors.count == 2 && both.mesh == "north")
        #expect(try both.adding(new.authority.certificate).anchors.count == 2)
        let read = try TrustBundle(pem: both.pem)
        #expect(read.anchors.map(\.facts) == both.anchors.map(\.facts))
        let rest = try read.removing(fingerprint: old.authority.certificate.facts.fingerprint)
        #expect(rest.anchors.map(\.facts) == [new.authority.certificate.facts])
        #expect(throws: CertificateError.self) {
            try rest.removing(fingerprint: new.authority.certificate.facts.fingerprint)
        }
        let foreign = try TestMesh("south")
        #expect(throws: CertificateError.self) {
            try both.adding(foreign.authority.certificate)
        }
    }

    @Test func `damaged text is told from empty text`() throws {
        let mesh = try TestMesh()
        var pem = mesh.authority.certificate.pem
        #expect(throws: CertificateError.notPEM(expected: "certificate")) {
            try Certificate.all(inPEM: Array("nothing here".utf8))
        }
        #expect(throws: CertificateError.notPEM(expected: "certificate")) {
            try Certificate.all(inPEM: [])
        }
        pem[80] = UInt8(ascii: "!")
        #expect(throws: CertificateError.unusable("certificate 2 of the text is damaged")) {
            try Certificate.all(inPEM: mesh.authority.certificate.pem + pem)
        }
        #expect(throws: CertificateError.notPEM(expected: "private key")) {
            try SigningKey(pem: mesh.authority.certificate.pem)
        }
    }

    @Test func `a certificate that ends before it begins is not made`() throws {
        var mesh = try TestMesh()
        #expect(throws: CertificateError.self) {
            try mesh.identity("a", for: .seconds(-1))
        }
    }

    @Test(arguments: [
        ("spiffe://north/node/web-1", true), ("spiffe://n_o.r-t9/node/Web.1", true),
        ("spiffe://North/node/a", false), ("spiffe://north/node/", false),
        ("spiffe://north/node/..", false), ("spiffe://north/node/a/b", false),
        ("spiffe://north:1/node/a", false), ("spiffe://north/svc/a", false),
        ("spiffe:///node/a", false), ("http://north/node/a", false), ("spiffe://north", false),
        ("spiffe://north/node/a?x", false), ("spiffe://u@north/node/a", false), ("", false),
    ]) func `only the name of a node is one`(_ uri: String, _ isOne: Bool) {
        let id = SpiffeID(uri)
        #expect((id != nil) == isOne)
        if let id { #expect(id.description == uri) }
    }
}
