import CommyBase
import CommyNode
import CommyTLS
import Foundation
import Testing

/// SIGHUP reads certificate, key and roots again.
@Suite(.serialized)
struct ReloadTests {
    @Test func `a new certificate is in use after SIGHUP, and no link drops`() throws {
        let mesh = try TestMesh()
        let a = try mesh.startNew("a")
        let b = try mesh.startNew("b", join: [a])
        try expectOneView([a, b], alive: 2)
        let before = a.events.count
        let issued = try mesh.issue("a")
        a.signal(SIGHUP)
        try a.event("certificate", "serial=\(issued.facts.serial)", after: before)
        // Who joins now sees the new one, and is seen.
        let c = try mesh.startNew("c", join: [a])
        try expectOneView([a, b, c], alive: 3)
        #expect(!a.has("link", "state=down") && !b.has("link", "state=down"))
    }

    @Test func `files of no use are refused, and the node goes on with the old ones`() throws {
        let mesh = try TestMesh()
        let a = try mesh.startNew("a")
        try "nothing".write(
            toFile: "\(mesh.folder)/a/a.crt", atomically: true, encoding: .utf8)
        a.signal(SIGHUP)
        let event = try a.event("refused", "peer=self", "code=invalidConfiguration")
        #expect(event.contains("a.crt"))
        let b = try mesh.startNew("b", join: [a])
        try expectOneView([a, b], alive: 2)
    }

    @Test func `a certificate that has expired is not loaded over one that counts`() throws {
        let mesh = try TestMesh()
        let a = try mesh.startNew("a")
        try mesh.issue("a", at: TestMesh.now - .seconds(7_200))
        a.signal(SIGHUP)
        try a.event("refused", "peer=self", "code=certificateExpired")
    }
}
