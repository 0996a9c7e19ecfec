import CommyBase
import CommyNode
import Foundation
import Testing

/// Who may not be in a mesh is refused, and both sides say so.
@Suite(.serialized)
struct RefusalTests {
    @Test func `a stranger is refused on both sides`() throws {
        let mesh = try TestMesh()
        let a = try mesh.startNew("a")
        // The same name of the mesh, but a root of its own.
        let other = try TestMesh.root("shop", mesh.folder, "other")
        try mesh.issue("b", by: other)
        let b = try mesh.start("b", join: [a])
        try b.event("refused", "code=unknownAuthority")
        try a.event("refused", "code=unknownAuthority")
        #expect(!a.has("joined") && !b.has("joined"))
    }

    @Test func `an expired certificate is refused on both sides`() throws {
        let mesh = try TestMesh()
        let a = try mesh.startNew("a")
        // Issued two hours ago for one hour.
        try mesh.issue("b", at: TestMesh.now - .seconds(7_200))
        let b = try mesh.start("b", join: [a])
        try a.event("refused", "code=certificateExpired")
        try b.event("refused", "code=certificateExpired")
        #expect(!a.has("joined") && !b.has("joined"))
    }

    @Test func `a node of another mesh is refused on both sides`() throws {
        let mesh = try TestMesh()
        let a = try mesh.startNew("a")
        let other = try TestMesh.root("bank", mesh.folder, "other")
        try mesh.issue("b", by: other)
        let b = try mesh.start("b", join: [a])
        try b.event("refused", "code=wrongTrustDomain")
        try a.event("refused")
        #expect(!a.has("joined") && !b.has("joined"))
    }
}
