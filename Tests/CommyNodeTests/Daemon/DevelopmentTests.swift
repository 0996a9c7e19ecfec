import CommyBase
import Foundation
import Testing

/// `commyd --dev`.
@Suite(.serialized)
struct DevelopmentTests {
    @Test func `two that are started at once make one mesh without being told`() throws {
        let mesh = try TestMesh()
        let words = ["--dev", "--events", "--run-dir", "\(mesh.folder)/dev-run"]
        let first = try mesh.launch("first", words)
        let second = try mesh.launch("second", words)
        try expectOneView([first, second], alive: 2)
        // A third one, later, finds them by one address alone.
        let third = try mesh.launch("third", words + ["--join", first.address])
        try expectOneView([first, second, third], alive: 3)
    }
}
