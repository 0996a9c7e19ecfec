import CommyBase
import CommyLinux
import CommyNode
import CommyTLS
import Foundation
import Testing

struct AuthorityDirectoryTests {
    private let folder = NSTemporaryDirectory() + "commy-ca-\(UInt32.random(in: 0 ... .max))"
    private let now = WallInstant(secondsSince1970: 1_800_000_000)
    private let year = Duration.seconds(365 * 86_400)

    private func made(_ random: inout RandomStream) throws -> AuthorityDirectory {
        try AuthorityDirectory(
            creating: folder, mesh: "shop", lifetime: year, at: now, random: &random)
    }

    private func withFolder(_ body: (inout RandomStream) throws -> Void) throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var random = RandomStream(key: RandomKey(seed: 1))
        try body(&random)
    }

    private func mode(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return try #require(attributes[.posixPermissions] as? Int)
    }

    @Test func `a root is made once, and its key is its owner's alone`() throws {
        try withFolder { random in
            let authority = try made(&random)
            #expect(authority.step == .steady)
            #expect(try mode("\(folder)/authority.pem") == 0o600)
            #expect(try mode(authority.trustPath) == 0o644)
            #expect(throws: AuthorityError.self) { try made(&random) }
            #expect(try AuthorityDirectory(opening: folder).roots == authority.roots)
        }
    }

    @Test func `a node gets a key, a certificate that its root has signed, and the trust`() throws {
        try withFolder { random in
            let issued = try made(&random).issue(
                node: "orders-1", into: "\(folder)/out", lifetime: .seconds(86_400), at: now,
                random: &random)
            #expect(issued.facts.uri == "spiffe://shop/node/orders-1")
            #expect(issued.facts.notAfter == now + .seconds(86_400))
            #expect(try mode(issued.keyPath) == 0o600)
            let identity = try TLSIdentity(
                certificatePEM: try WholeFile.read(issued.certificatePath),
                keyPEM: try WholeFile.read(issued.keyPath))
            let trust = try TrustBundle(pem: try WholeFile.read(issued.trustPath))
            #expect(identity.facts.issuerKeyID == trust.anchors[0].facts.keyID)
        }
    }

    @Test func `a certificate does not outlive its root`() throws {
        try withFolder { random in
            let authority = try made(&random)
            let issued = try authority.issue(
                node: "a", into: folder, lifetime: year + year, at: now, random: &random)
            #expect(issued.facts.notAfter == now + year)
            #expect(throws: AuthorityError.self) {
                try authority.issue(
                    node: "a", into: folder, lifetime: year, at: now + year, random: &random)
            }
        }
    }

    @Test func `a rotation goes in its three steps and in no other order`() throws {
        try withFolder { random in
            var authority = try made(&random)
            let old = authority.roots[0].fingerprint
            #expect(throws: AuthorityError.self) { try authority.switchRoot() }
            #expect(throws: AuthorityError.self) { try authority.removeRoot() }
            try authority.addRoot(lifetime: year, at: now, random: &random)
            #expect(authority.roots[0].fingerprint == old)
            #expect(try trusted() == Set(authority.roots.map(\.fingerprint)))
            authority = try AuthorityDirectory(opening: folder)
            try authority.switchRoot()
            #expect(authority.roots[1].fingerprint == old)
            #expect(try trusted() == Set(authority.roots.map(\.fingerprint)))
            authority = try AuthorityDirectory(opening: folder)
            try authority.removeRoot()
            #expect(try trusted() == [authority.roots[0].fingerprint])
            #expect(authority.roots[0].fingerprint != old)
        }
    }

    @Test func `the old root vouches for a new one in a file of its own`() throws {
        try withFolder { random in
            var authority = try made(&random)
            try authority.addRoot(lifetime: year + year, at: now, random: &random)
            let roots = try TrustBundle(pem: try WholeFile.read(authority.trustPath)).anchors
            #expect(roots.count == 2, "what nodes are given holds roots alone")
            let offer = try WholeFile.read(authority.incomingPath)
            let all = try Certificate.all(inPEM: offer)
            #expect(all.count == 2 && all[0].facts == roots[1].facts)
            #expect(all[1].endorses(all[0], by: roots[0], at: now))
            #expect(all[1].facts.notAfter == roots[0].facts.notAfter)
            let chosen = try #require(
                OfferedRoot(in: roots.prefix(1) + all, beside: [roots[0].facts.fingerprint]))
            #expect(chosen.endorsements.isEmpty == false)
            // A crash between two files is mended, and the endorsement is read back.
            try WholeFile.replace(authority.incomingPath, with: [])
            authority = try AuthorityDirectory(opening: folder)
            #expect(try WholeFile.read(authority.incomingPath) == offer)
        }
    }

    private func trusted() throws -> Set<String> {
        let bundle = try TrustBundle(pem: try WholeFile.read("\(folder)/trust.pem"))
        return Set(bundle.anchors.map(\.facts.fingerprint))
    }

    @Test func `a trust file that a crash has left behind is mended`() throws {
        try withFolder { random in
            var authority = try made(&random)
            let before = try WholeFile.read(authority.trustPath)
            try authority.addRoot(lifetime: year, at: now, random: &random)
            let after = try WholeFile.read(authority.trustPath)
            try WholeFile.replace(authority.trustPath, with: before)
            _ = try AuthorityDirectory(opening: folder)
            #expect(try WholeFile.read(authority.trustPath) == after)
        }
    }

    @Test(
        arguments: [
            ("", "no root with the role 'signing'"), ("hello\n", ":1:1: this is no authority"),
            ("role: signing\n", "PEM"), ("role: signign\n", ":1:7: 'signign' is no role"),
        ])
    func `a damaged file is named with its place`(_ text: String, _ words: String) throws {
        try withFolder { _ in
            try WholeFile.makeFolder(folder)
            try WholeFile.replace("\(folder)/authority.pem", with: Array(text.utf8))
            let folder = folder
            let error = #expect(throws: AuthorityError.self) {
                try AuthorityDirectory(opening: folder)
            }
            #expect(try #require(error).description.contains(words), "\(String(describing: error))")
        }
    }
}
