import CommyBase
import CommyTLS
import Testing

/// One root vouches for the next.
@Suite struct EndorsementTests {
    private let validity = CertificateAuthority.Validity(from: TestMesh.start, for: TestMesh.year)

    @Test func `an endorsement is of one root, by one root, for its time`() throws {
        var old = try TestMesh(seed: 1)
        let (new, thief) = (try TestMesh(seed: 2), try TestMesh(seed: 3))
        let (oldRoot, newRoot) = (old.authority.certificate, new.authority.certificate)
        let thiefRoot = thief.authority.certificate
        let word = try old.authority.endorse(
            new.authority, validity: validity, random: &old.random)
        #expect(word.endorses(newRoot, by: oldRoot, at: TestMesh.start))
        #expect(!word.endorses(newRoot, by: oldRoot, at: TestMesh.start - .seconds(1)))
        #expect(!word.endorses(newRoot, by: oldRoot, at: TestMesh.start + TestMesh.year))
        #expect(!word.endorses(thiefRoot, by: oldRoot, at: TestMesh.start))
        #expect(!word.endorses(newRoot, by: thiefRoot, at: TestMesh.start))
        #expect(!word.endorses(newRoot, by: newRoot, at: TestMesh.start))
        let falseWord = try thief.authority.endorse(
            new.authority, validity: validity, random: &old.random)
        #expect(!falseWord.endorses(newRoot, by: oldRoot, at: TestMesh.start))
        // Neither a root nor a node's certificate is a word for a root.
        #expect(!newRoot.endorses(newRoot, by: oldRoot, at: TestMesh.start))
        let node = try old.identity("a").chain[0]
        #expect(!node.endorses(newRoot, by: oldRoot, at: TestMesh.start))
    }

    @Test func `an endorsement is no root, and a root signs itself`() throws {
        var old = try TestMesh(seed: 1)
        let new = try TestMesh(seed: 2)
        let word = try old.authority.endorse(
            new.authority, validity: validity, random: &old.random)
        #expect(!word.facts.isSelfSigned && !word.signsItself)
        #expect(throws: CertificateError.self) { try TrustBundle([word]) }
        #expect(new.authority.certificate.facts.isSelfSigned)
        #expect(new.authority.certificate.signsItself)
        let other = try TestMesh("south", seed: 4)
        #expect(throws: CertificateError.self) {
            try old.authority.endorse(other.authority, validity: validity, random: &old.random)
        }
    }
}
