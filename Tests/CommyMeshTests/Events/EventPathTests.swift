import CommyBase
import Testing

@testable import CommyMesh

struct EventPathTests {
    /// The port of a link that came in is drawn by the peer's kernel: nobody can dial it, and it
    /// would make two runs of one scenario differ.
    @Test func `a link that came in is shown by the peer's host alone`() throws {
        #expect(line(.inward, from: "10.77.0.2:52684").contains(" path=10.77.0.2 "))
        #expect(line(.inward, from: "[fd77::2]:52684").contains(" path=fd77::2 "))
    }

    @Test func `a link that was dialled is shown by the address that was dialled`() throws {
        #expect(line(.outward, from: "10.77.0.2:7400").contains(" path=10.77.0.2:7400 "))
    }

    @Test func `whoever is turned away is shown by its host alone`() throws {
        #expect(try refusal(.accepted).contains(" peer=10.77.0.2 "))
        #expect(try refusal(.dialled(DialToken(value: 1))).contains(" peer=10.77.0.2:52684 "))
    }

    private func line(_ direction: NodeEvent.LinkNote.Direction, from text: String) -> String {
        guard let path = NetworkAddress(text), let peer = NodeName("b") else { return "" }
        let note = NodeEvent.LinkNote(
            peer: peer, state: .down, direction: direction, path: path, reason: .connectionLost,
            roundTrip: .milliseconds(4))
        return NodeEvent.link(note).line
    }

    private func refusal(_ origin: LinkOrigin) throws -> String {
        let configuration = NodeConfiguration(
            mesh: try #require(MeshName("lab")), name: try #require(NodeName("a")), life: 1,
            random: RandomKey(seed: 1))
        var node = Node(configuration, at: .zero)
        node.linkRefused(
            origin, remote: try #require(NetworkAddress("10.77.0.2:52684")),
            code: .unknownAuthority, detail: "a stranger", at: .zero)
        while true {
            switch node.nextOutput() {
            case .note(let event):
                if case .refused = event { return event.line }
            case .wait: return ""
            case _: break
            }
        }
    }
}
