internal import ArgumentParser
internal import CommyBase
internal import CommyLinux
internal import CommyMesh
internal import CommyNode
internal import CommyTLS

/// `commy trust ...`.
struct Trust: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Replace the root that a running mesh trusts, without an outage.",
        discussion: """
            The mesh goes from one root to another in steps, and refuses the next one until every \
            live node has done the present one:

              commy ca rotate add                     a new root, beside the old one
              commy trust begin commy-ca/incoming.pem adding: every node trusts it too
              commy trust proceed                     reissuing: every node needs a new certificate
              commy ca rotate switch --acknowledged   the new root signs from now on
              commy ca issue NODE ...                 and SIGHUP to each commyd
              commy trust proceed                     removing: the old root is trusted no more
              commy ca rotate remove --acknowledged
              commy trust proceed                     settled

            'commy trust' says at any time which nodes are missing. Any node takes the orders.
            """,
        subcommands: [TrustShow.self, TrustBegin.self, TrustProceed.self],
        defaultSubcommand: TrustShow.self)
}

/// `commy trust show`.
struct TrustShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show where the rotation stands, and what each node has.")

    @OptionGroup var options: ShowOptions

    func run() throws {
        try NodeTables.show(.trust, options) { rows in
            guard let head = rows.first else { return [] }
            let pairs = [
                ("step", head["step"]), ("root", head["anchor"]),
                ("begun on", head["owner"]), ("rotation", head["term"]),
                ("missing", head.names("missing")), ("absent", head.names("absent")),
            ].map { name, value in
                TextTable.pair(name, NodeTables.orDash(value), width: 9)
            }
            let nodes = TextTable(
                ["node", "has done it", "trusts", "certificate from"],
                rows.dropFirst().map { row in
                    [
                        row["node"], row.isTrue("acknowledges") ? "yes" : "no", row["anchors"],
                        row["issuer"],
                    ]
                })
            return pairs + [""] + nodes.lines
        }
    }
}

/// `commy trust begin`.
struct TrustBegin: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "begin", abstract: "Begin the rotation to a new root.")

    @OptionGroup var options: NodeOptions
    @Argument(
        help: ArgumentHelp(
            "A file with the new root and the certificate by which the old root vouches for it "
                + "(PEM): incoming.pem of 'commy ca rotate add'."),
        completion: .file())
    var file: String
    @Flag(help: "Even when another rotation has not ended; to go back is one more rotation.")
    var replacing = false

    func run() throws {
        try NodeErrors.orExit { () throws(CommyError) in
            var visit = try NodeVisit.begin(options, role: .administrator)
            let head = try visit.rows(.trust).first
            let root = try Self.root(file, trusted: head?["bundle"] ?? "")
            try visit.order(.beginRotation(root, replacing: replacing))
        }
        Terminal().printLine("Begun. 'commy trust' says which nodes have the root.")
    }

    /// The one root of the file that is new; of a file with a single one, that one.
    private static func root(
        _ path: String, trusted: String
    ) throws(CommyError) -> TrustAnchor {
        let pem: [UInt8]
        do throws(SystemError) { pem = try WholeFile.read(path) } catch {
            throw CommyError(.invalidArgument, error.description)
        }
        let all: [Certificate]
        do throws(CertificateError) { all = try Certificate.all(inPEM: pem) } catch {
            throw CommyError(.invalidArgument, "\(path): \(error)")
        }
        let names = trusted.split(separator: " ").map(String.init)
        guard let offer = OfferedRoot(in: all, beside: names),
            let anchor = offer.root.anchor(endorsements: offer.endorsements)
        else {
            throw CommyError(
                .invalidArgument,
                "\(path) does not hold one new root; give incoming.pem, as 'commy ca rotate add' "
                    + "makes it")
        }
        guard !offer.endorsements.isEmpty || names.contains(offer.root.facts.fingerprint) else {
            throw CommyError(
                .invalidArgument,
                "\(path): no root that the mesh trusts vouches for the new one, and no node would "
                    + "take it; give incoming.pem, as 'commy ca rotate add' makes it")
        }
        return anchor
    }
}

/// `commy trust proceed`.
struct TrustProceed: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "proceed", abstract: "Go to the next step of the rotation.",
        discussion: """
            Refused while a live node has not done the present step, and while one that is dead, \
            and has not said goodbye, would come back with the old root only.
            """)

    @OptionGroup var options: NodeOptions
    @Flag(help: "Without the nodes that are dead; they must be given new files by hand.")
    var leaveBehind = false

    func run() throws {
        let step = try NodeErrors.orExit { () throws(CommyError) in
            var visit = try NodeVisit.begin(options, role: .administrator)
            try visit.order(.proceedRotation(leaveBehind ? .leaveBehind : .block))
            return try visit.rows(.trust).first?["step"] ?? ""
        }
        Terminal().printLine(told(step))
    }

    private func told(_ step: String) -> String {
        switch step {
        case "reissuing":
            "The mesh is reissuing: 'commy ca issue NODE' for each node, then SIGHUP to its commyd."
        case "removing": "The mesh is removing the old root."
        case "settled": "The rotation is over."
        case _: "The mesh is at step '\(step)'."
        }
    }
}
