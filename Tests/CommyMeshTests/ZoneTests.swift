import CommyMesh
import Testing

struct ZoneTests {
    @Test func `zones share what their paths share from the left`() throws {
        let left = try #require(Zone("eu/a/rack-1"))
        let right = try #require(Zone("eu/a/rack-2"))
        #expect(left.sharedDepth(with: right) == 2)
        #expect(left.sharedDepth(with: .unknown) == 0)
    }

    @Test(arguments: ["eu//a", "/eu", "EU", "eu/a b"])
    func `a path with a part that is no name is refused`(_ text: String) {
        #expect(Zone(text) == nil)
    }
}
