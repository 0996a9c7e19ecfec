import CommyBase
import Foundation
import Testing

/// What can be wrong when a node begins, and what is said about it.
@Suite(.serialized)
struct StartTests {
    @Test func `help teaches the three ways to begin`() throws {
        let mesh = try TestMesh()
        let output = "\(mesh.folder)/help-0.out"
        let help = try mesh.launch("help", ["--help"])
        #expect(try help.end() == 0)
        let text = try String(contentsOfFile: output, encoding: .utf8)
        for word in ["--dev", "--config FILE", "--certificate", "SIGHUP", "commy ca"] {
            #expect(text.contains(word), "\(word)")
        }
    }

    @Test func `a bad configuration is refused with place and cure`() throws {
        let mesh = try TestMesh()
        let path = "\(mesh.folder)/node.conf"
        try "name = web\nlisen = 127.0.0.1:0\n".write(
            toFile: path, atomically: true, encoding: .utf8)
        let daemon = try mesh.launch("bad", ["--config", path])
        #expect(try daemon.end() == 2)
        #expect(daemon.errors.contains("\(path):2:1: there is no setting 'lisen'"))
        #expect(daemon.errors.contains("expected 'listen'"))
        // What is missing is told when nothing else is wrong.
        #expect(!daemon.errors.contains("--certificate: it is not given"))
    }

    @Test(arguments: [
        (["--certificate", "/nonexistent"], "open /nonexistent: No such file"),
        (["--name", "c"], "the certificate says 'b' where --name says 'c'"),
        (["--mesh", "bank"], "the certificate says 'shop' where --mesh says 'bank'"),
        (["--listen", "203.0.113.7:1"], "no interface of this host has this address"),
    ])
    func `what the files or the kernel do not allow is said`(
        more: [String], told: String
    ) throws {
        let mesh = try TestMesh()
        try mesh.issue("b")
        let daemon = try mesh.launch("b", mesh.flags("b") + more)
        #expect(try daemon.end() == 3)
        #expect(daemon.errors.contains(told), "\(daemon.errors)")
    }

    @Test func `a key of another certificate is refused`() throws {
        let mesh = try TestMesh()
        try mesh.issue("a")
        try mesh.issue("b")
        let daemon = try mesh.launch(
            "b", mesh.flags("b") + ["--key", "\(mesh.folder)/a/a.key"])
        #expect(try daemon.end() == 3)
        #expect(daemon.errors.contains("the key is not the one of the certificate"))
    }

    @Test func `a port that is taken is named`() throws {
        let mesh = try TestMesh()
        let a = try mesh.startNew("a")
        try mesh.issue("b")
        let daemon = try mesh.launch("b", mesh.flags("b") + ["--listen", a.address])
        #expect(try daemon.end() == 3)
        #expect(daemon.errors.contains("--listen: listen \(a.address)"))
        #expect(daemon.errors.contains("another program listens there"))
    }

    @Test func `the daemon has no Foundation in it`() throws {
        let mesh = try TestMesh()
        let a = try mesh.startNew("a")
        let maps = try String(contentsOfFile: "/proc/\(a.pid)/maps", encoding: .utf8)
        #expect(maps.contains("commyd"))
        #expect(!maps.contains("Foundation"))
    }
}
