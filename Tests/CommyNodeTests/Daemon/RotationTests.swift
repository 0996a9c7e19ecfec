import CommyBase
import CommyMesh
import CommyNode
import CommyTLS
import Foundation
import Testing

/// The root of a mesh is replaced while it runs.
@Suite(.serialized)
struct RotationTests {
    /// Three daemons, a service on the last one, and calls of it through the first one.
    final class Stage {
        let mesh: TestMesh
        let daemons: [TestDaemon]
        let server: TestProgram
        let caller: TestProgram
        let admin: TestProgram
        let roots: [CertificateFacts]

        init() throws {
            mesh = try TestMesh()
            let a = try mesh.startNew("a")
            let b = try mesh.startNew("b", join: [a])
            let c = try mesh.startNew("c", join: [a])
            daemons = [a, b, c]
            try expectOneView(daemons, alive: 3)
            server = try TestProgram(at: "\(mesh.folder)/run/c.sock")
            caller = try TestProgram(at: "\(mesh.folder)/run/a.sock")
            admin = try TestProgram(at: "\(mesh.folder)/run/b.sock", role: .administrator)
            var random = SystemRandomNumberGenerator()
            try mesh.rotate {
                try $0.addRoot(lifetime: .seconds(86_400), at: TestMesh.now, random: &random)
            }
            roots = mesh.authority.roots
            let request = try server.register("echo")
            try until("registration") { server.done[request] != nil }
            try a.event("service", "name=echo", "state=up")
            // Calls from before the service was known are no part of the proof.
            try until("the end of the first calls") { caller.open.isEmpty && caller.answered > 0 }
            caller.failures = []
            caller.answered = 0
        }

        /// The new root, with the old one's word for it.
        func anchor() throws -> TrustAnchor { try mesh.incoming() }

        /// Calls go on, one after the other, until the condition holds.
        func until(_ what: String, _ condition: () throws -> Bool) throws {
            let end = Date().addingTimeInterval(60)
            while try !condition() {
                guard Date() < end else {
                    throw TestDaemon.Silence(
                        description: "no \(what):\n"
                            + daemons.map { $0.events.suffix(12).joined(separator: "\n") }
                            .joined(separator: "\n--\n"))
                }
                if caller.open.isEmpty { caller.call("echo", [1, 2, 3]) }
                for program in [server, caller, admin] { try program.turn() }
                Thread.sleep(forTimeInterval: 0.001)
            }
        }

        /// What the node says to an order; nil when it obeys.
        func order(_ order: ControlOrder) throws -> CommyError? {
            let request = admin.order(order)
            try until("reply") { admin.done[request] != nil }
            return admin.done[request] ?? nil
        }

        func event(_ words: String..., on chosen: [TestDaemon]? = nil) throws {
            for daemon in chosen ?? daemons {
                try until("'\(words.joined(separator: " "))' of \(daemon.pid)") {
                    daemon.events.contains { event in
                        let parts = event.split(separator: " ").map(String.init)
                        return words.allSatisfy(parts.contains)
                    }
                }
            }
        }

        func trust() throws -> [String] {
            let request = admin.query(.trust)
            try until("rows") { admin.rows[request] != nil }
            return admin.rows[request] ?? []
        }

        func short(_ root: Int) -> String { String(roots[root].fingerprint.prefix(16)) }
    }

    @Test func `the root is replaced step by step, links are made anew, and no request fails`()
        throws
    {
        let stage = try Stage()
        let (old, new) = (stage.short(0), stage.short(1))
        #expect(try stage.order(.beginRotation(stage.anchor(), replacing: false)) == nil)
        try stage.event("trust", "step=adding", "anchor=\(new)", "state=installed")
        try stage.event("trust", "step=adding", "state=acknowledged")
        #expect(try stage.order(.proceedRotation(.block)) == nil)
        try stage.event("trust", "step=reissuing", "anchor=\(new)", "state=reissuing")
        // The certificates are the operator's matter: the daemons say so, and the step waits.
        let early = try #require(try stage.order(.proceedRotation(.block)))
        #expect(early.code == .rotationRefused)
        #expect(early.detail == "step 'reissuing' is not acknowledged by a, b, c")
        #expect(stage.daemons[1].errors.contains("run 'commy ca issue b'"))
        // Somebody who is away keeps what the old root has signed.
        try stage.mesh.issue("e")
        try stage.mesh.rotate { try $0.switchRoot() }
        for (daemon, name) in zip(stage.daemons, ["a", "b", "c"]) {
            try stage.mesh.issue(name)
            daemon.signal(SIGHUP)
        }
        try stage.event("trust", "step=reissuing", "state=acknowledged")
        #expect(try stage.order(.proceedRotation(.block)) == nil)
        try stage.event("trust", "step=removing", "anchor=\(old)", "state=removed")
        try stage.event("trust", "step=removing", "state=acknowledged")
        #expect(try stage.order(.proceedRotation(.block)) == nil)
        try stage.event("trust", "step=settled", "state=acknowledged")
        let rows = try stage.trust()
        #expect(rows.first?.contains(#""step":"settled""#) == true)
        #expect(rows.count == 4)
        // The old root is trusted no more, though every file still holds it.
        let late = try stage.mesh.startNew("d", join: stage.daemons)
        try expectOneView(stage.daemons + [late], alive: 4)
        let stale = try stage.mesh.start("e", join: [stage.daemons[0]])
        try stale.event("refused", "code=unknownAuthority")
        // Links that began with certificates of the old root end when others have taken their
        // place.
        for (daemon, name) in zip(stage.daemons, ["a", "b", "c"]) {
            for peer in ["a", "b", "c"] where peer != name {
                try stage.event("link", "peer=\(peer)", "state=down", on: [daemon])
            }
            let ends = daemon.events.filter { event in
                event.hasPrefix("link ") && event.contains("state=down")
                    && ["a", "b", "c"].contains { event.contains("peer=\($0) ") }
            }
            #expect(ends.allSatisfy { !$0.contains("connectionLost") })
        }
        #expect(stage.caller.failures == [])
        #expect(stage.caller.answered > 0)
    }

    @Test func `a node that stands still blocks the next step until it is left behind`() throws {
        let stage = try Stage()
        let (a, b, c) = (stage.daemons[0], stage.daemons[1], stage.daemons[2])
        // c serves; b's neighbour a stands still.
        a.signal(SIGSTOP)
        defer { a.signal(SIGCONT) }
        #expect(try stage.order(.beginRotation(stage.anchor(), replacing: false)) == nil)
        try stage.event("trust", "step=adding", "state=installed", on: [b, c])
        let early = try #require(try stage.order(.proceedRotation(.block)))
        #expect(early.code == .rotationRefused)
        let locked = "a would be locked out: bring them back or leave them behind"
        #expect(["step 'adding' is not acknowledged by a", locked].contains(early.detail))
        try stage.event("member", "peer=a", "state=dead", on: [b, c])
        let blocked = try #require(try stage.order(.proceedRotation(.block)))
        #expect(blocked.detail == locked)
        #expect(try stage.order(.proceedRotation(.leaveBehind)) == nil)
        try stage.event("trust", "step=reissuing", "state=entered", on: [b, c])
        // Nothing is removed yet: it comes back, and follows.
        a.signal(SIGCONT)
        try stage.event(
            "trust", "anchor=\(stage.short(1))", "state=installed", on: [a])
        try expectOneView(stage.daemons, alive: 3)
    }

    @Test func `what the mesh has decided survives a restart`() throws {
        let mesh = try TestMesh()
        let a = try mesh.startNew("a")
        let admin = try TestProgram(at: "\(mesh.folder)/run/a.sock", role: .administrator)
        #expect(!FileManager.default.fileExists(atPath: "\(mesh.folder)/a/a.trust"))
        var random = SystemRandomNumberGenerator()
        try mesh.rotate {
            try $0.addRoot(lifetime: .seconds(86_400), at: TestMesh.now, random: &random)
        }
        let facts = mesh.authority.roots[1]
        let request = try admin.order(.beginRotation(mesh.incoming(), replacing: false))
        _ = try a.wait("reply") {
            try? admin.turn()
            return admin.done[request]
        }
        try a.event("trust", "step=adding", "state=installed")
        a.kill()
        try a.end()
        let again = try mesh.start("a")
        let later = try TestProgram(at: "\(mesh.folder)/run/a.sock", role: .administrator)
        let query = later.query(.trust)
        let rows = try again.wait("rows") { () -> [String]? in
            try? later.turn()
            return later.rows[query]
        }
        #expect(rows.first?.contains(#""step":"adding""#) == true)
        #expect(rows.first?.contains(facts.fingerprint) == true)
        #expect(!again.has("trust", "state=installed"))
        // Who asks this node later is told who vouches for the new root.
        let kept = try String(contentsOfFile: "\(mesh.folder)/a/a.trust", encoding: .utf8)
        #expect(kept.components(separatedBy: "BEGIN CERTIFICATE").count == 3)
        // A damaged file is not taken for an empty one.
        again.kill()
        try again.end()
        try "nothing".write(
            toFile: "\(mesh.folder)/a/a.trust", atomically: true, encoding: .utf8)
        let third = try mesh.launch("third", mesh.flags("a"))
        #expect(try third.end() == 3)
        #expect(third.errors.contains("a.trust: it does not begin with 'commy-trust 1'"))
    }

    @Test func `a root that cannot be kept is not acknowledged, and the node says why`() throws {
        let mesh = try TestMesh()
        let a = try mesh.startNew("a", ["--state-dir", "\(NSTemporaryDirectory())/nowhere-at-all"])
        let admin = try TestProgram(at: "\(mesh.folder)/run/a.sock", role: .administrator)
        var random = SystemRandomNumberGenerator()
        try mesh.rotate {
            try $0.addRoot(lifetime: .seconds(86_400), at: TestMesh.now, random: &random)
        }
        let begin = try admin.order(.beginRotation(mesh.incoming(), replacing: false))
        let proceed = admin.order(.proceedRotation(.block))
        let refusal = try a.wait("reply") { () -> CommyError?? in
            try? admin.turn()
            return admin.done[proceed]
        }
        #expect(admin.done[begin] == .some(nil))
        #expect(refusal?.detail == "step 'adding' is not acknowledged by a")
        try a.event("refused", "peer=self", "code=rotationRefused")
        #expect(a.errors.contains("--state-dir"))
    }

    @Test func `a root that no trusted one has signed is not taken, and who tells of it is named`()
        throws
    {
        let mesh = try TestMesh()
        let a = try mesh.startNew("a")
        let admin = try TestProgram(at: "\(mesh.folder)/run/a.sock", role: .administrator)
        // A root of the same name with its own endorsement, as anybody can make them.
        let folder = mesh.folder
        var other = try TestMesh.root("shop", folder, "thief")
        var random = SystemRandomNumberGenerator()
        try other.addRoot(lifetime: .seconds(86_400), at: TestMesh.now, random: &random)
        let begin = try admin.order(
            .beginRotation(TestMesh.incoming(of: other), replacing: false))
        _ = try a.wait("reply") {
            try? admin.turn()
            return admin.done[begin]
        }
        try a.event("refused", "peer=a", "code=rotationRefused")
        #expect(a.errors.contains("not signed by one that this node trusts"))
        #expect(!FileManager.default.fileExists(atPath: "\(folder)/a/a.trust"))
        #expect(!a.has("trust", "state=installed"))
    }
}
