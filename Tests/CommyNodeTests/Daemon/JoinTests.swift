import CommyBase
import CommyLinux
import Foundation
import Testing

@Suite(.serialized)
struct JoinTests {
    @Test func `three nodes on loopback find each other and see one view`() throws {
        let mesh = try TestMesh()
        let a = try mesh.startNew("a")
        let b = try mesh.startNew("b", join: [a])
        let c = try mesh.startNew("c", join: [b])
        try expectOneView([a, b, c], alive: 3)
        try c.event("link", "peer=a", "state=up")
        try a.event("joined", "peer=b")
    }

    @Test func `a killed node is dead in the others' views`() throws {
        let mesh = try TestMesh()
        let a = try mesh.startNew("a")
        let b = try mesh.startNew("b", join: [a])
        let c = try mesh.startNew("c", join: [a])
        try expectOneView([a, b, c], alive: 3)
        b.signal(SIGKILL)
        try a.event("member", "peer=b", "state=dead")
        try c.event("member", "peer=b", "state=dead")
        try expectOneView([a, c], alive: 2)
    }

    @Test func `a node that is told to stop has left, and nobody calls it dead`() throws {
        let mesh = try TestMesh()
        let a = try mesh.startNew("a")
        let b = try mesh.startNew("b", join: [a])
        try expectOneView([a, b], alive: 2)
        b.signal(SIGTERM)
        #expect(try b.end() == 0)
        #expect(b.has("stopping", "node=b"))
        try a.event("member", "peer=b", "state=left")
        try expectOneView([a], alive: 1)
        #expect(!a.has("peer=b", "state=dead") && !a.has("peer=b", "state=suspect"))
    }

    @Test func `a node that comes back under its name is a member again`() throws {
        let mesh = try TestMesh()
        let a = try mesh.startNew("a")
        let b = try mesh.startNew("b", join: [a])
        try expectOneView([a, b], alive: 2)
        b.kill()
        try a.event("member", "peer=b", "state=dead")
        let again = try mesh.start("b", join: [a])
        try expectOneView([a, again], alive: 2)
    }

    @Test func `a second node of one name is told who has it`() throws {
        let mesh = try TestMesh()
        let a = try mesh.startNew("a")
        let second = try mesh.launch("second", mesh.flags("a"))
        #expect(try second.end() == 3)
        #expect(second.errors.contains("a node 'a' runs here already, as process \(a.pid)"))
        #expect(second.errors.contains("--run-dir"))
        // The first one was not disturbed.
        _ = try UnixSocket(connectingTo: "\(mesh.folder)/run/a.sock")
    }

    @Test func `a socket that a killed node has left is no hindrance`() throws {
        let mesh = try TestMesh()
        let a = try mesh.startNew("a")
        a.kill()
        try a.end()
        #expect(FileManager.default.fileExists(atPath: "\(mesh.folder)/run/a.sock"))
        try mesh.start("a")
        _ = try UnixSocket(connectingTo: "\(mesh.folder)/run/a.sock")
    }
}
