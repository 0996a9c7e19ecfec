internal import ArgumentParser
internal import CommyBase
internal import CommyLinux
internal import CommyNode
internal import CommyTLS
internal import SimModel

/// `commy ca ...`.
struct Authority: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ca",
        abstract: "Keep the trust root of a mesh: make it, issue to nodes, replace it.",
        discussion: """
            A mesh trusts whoever its root has signed: 'commy ca init NAME' makes the root, \
            'commy ca issue NODE' a certificate and a key for a node. Keep the folder where no \
            node runs; nodes get trust.pem and what was issued to them. \
            Keys are Ed25519; names are SPIFFE ids (spiffe://MESH/node/NAME).
            """,
        subcommands: [
            AuthorityInit.self, AuthorityIssue.self, AuthorityRotate.self, AuthorityShow.self,
        ])

    static func now() -> WallInstant {
        WallInstant(nanosecondsSince1970: MonotonicClock().wallClockOfOrigin)
    }

    /// Says what went wrong, and how to mend it.
    static func orExit<Value>(_ body: () throws(AuthorityError) -> Value) throws -> Value {
        do throws(AuthorityError) { return try body() } catch {
            let terminal = Terminal()
            terminal.printError("Error: \(error.problem).")
            if let cure = error.cure { terminal.printError("Cure:  \(cure)") }
            throw ExitCode(Verdict.error.exitCode)
        }
    }
}

/// What all of them share.
struct AuthorityOptions: ParsableArguments {
    @Option(help: "The folder that holds the root.", completion: .directory)
    var directory = "commy-ca"
}

/// `commy ca init`.
struct AuthorityInit: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Make a trust root.")

    @Argument(help: "The name of the mesh: a-z, 0-9, '.', '-', '_'.")
    var mesh: String
    @OptionGroup var options: AuthorityOptions
    @Option(help: "How long the root counts, in days.")
    var days = 3_650

    func validate() throws { try Lifetime.check(days) }

    func run() throws {
        var random = SystemRandomNumberGenerator()
        let authority = try Authority.orExit { () throws(AuthorityError) in
            try AuthorityDirectory(
                creating: options.directory, mesh: mesh, lifetime: Lifetime.days(days),
                at: Authority.now(), random: &random)
        }
        let terminal = Terminal()
        terminal.printLine("Made the root of '\(authority.mesh)' in \(authority.path).")
        terminal.printLine("  authority.pem  its key: who has this file can be any node")
        terminal.printLine("  trust.pem      for every node")
        terminal.printLine("Next: commy ca issue NODE --directory \(authority.path)")
    }
}

/// `commy ca issue`.
struct AuthorityIssue: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "issue", abstract: "Make a key and a certificate for a node.")

    @Argument(help: "The node's name, which no other node of the mesh has.")
    var node: String
    @OptionGroup var options: AuthorityOptions
    @Option(help: "Where to write NODE.crt, NODE.key and trust.pem.", completion: .directory)
    var out = "."
    @Option(help: "How long the certificate counts, in days.")
    var days = 30

    func validate() throws { try Lifetime.check(days) }

    func run() throws {
        var random = SystemRandomNumberGenerator()
        let issued = try Authority.orExit { () throws(AuthorityError) in
            try AuthorityDirectory(opening: options.directory).issue(
                node: node, into: out, lifetime: Lifetime.days(days), at: Authority.now(),
                random: &random)
        }
        let terminal = Terminal()
        terminal.printLine("Issued \(issued.facts.uri ?? node), until \(issued.facts.notAfter).")
        terminal.printLine("  \(issued.certificatePath)")
        terminal.printLine("  \(issued.keyPath)")
        terminal.printLine("  \(issued.trustPath)")
    }
}

/// Lifetimes from the command line.
enum Lifetime {
    /// A century: dates stay far from what X.509 and our clocks can hold.
    static let limitDays = 36_500

    static func check(_ days: Int) throws {
        guard (1...limitDays).contains(days) else {
            throw ValidationError("--days is \(days); it must be from 1 to \(limitDays).")
        }
    }

    static func days(_ count: Int) -> Duration { .seconds(count * 86_400) }
}
