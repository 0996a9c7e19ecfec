internal import ArgumentParser
internal import CommyNode
internal import CommyTLS
internal import SimModel

/// `commy ca rotate`.
struct AuthorityRotate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Replace the trust root in three steps, without an outage.",
        discussion: """
            add: a new root is trusted beside the old one.
            switch: the new root signs. Issue a new certificate to every node.
            remove: the old root is trusted no more.

            A step before every node has what the step before it has changed cuts nodes off, so \
            'switch' and 'remove' want --acknowledged: it says that every node has it. Nothing \
            here checks that, as no node is asked. While the mesh runs, let the nodes prove it: \
            'commy trust begin commy-ca/incoming.pem' gives them the new root, 'commy trust show' \
            names those that are missing, and 'commy trust proceed' refuses the next step until \
            there are none; what it has let pass is acknowledged ('commy trust --help' has the \
            order). Without a running mesh give trust.pem to every node after 'add' and after \
            'remove', and count for yourself.
            """)

    enum Verb: String, ExpressibleByArgument, CaseIterable {
        case add, `switch`, remove
    }

    @Argument(help: "add, switch or remove.")
    var step: Verb
    @OptionGroup var options: AuthorityOptions
    @Flag(
        help: ArgumentHelp(
            "Every node of the mesh has what the last step has changed: you say so, "
                + "and 'commy trust proceed' proves it."))
    var acknowledged = false
    @Option(help: "How long a new root counts, in days (add).")
    var days = 3_650

    func validate() throws { try Lifetime.check(days) }

    func run() throws {
        let terminal = Terminal()
        var authority = try Authority.orExit { () throws(AuthorityError) in
            try AuthorityDirectory(opening: options.directory)
        }
        try Authority.orExit { () throws(AuthorityError) in
            switch step {
            case .add:
                var random = SystemRandomNumberGenerator()
                try authority.addRoot(
                    lifetime: Lifetime.days(days), at: Authority.now(), random: &random)
            case .switch:
                try requireAcknowledgement(authority.step == .added)
                try authority.switchRoot()
            case .remove:
                try requireAcknowledgement(authority.step == .switched)
                try authority.removeRoot()
            }
        }
        terminal.printLine(told(authority))
    }

    /// Only asked for when the step is the right one: a wrong step has its own answer.
    private func requireAcknowledgement(_ isNext: Bool) throws(AuthorityError) {
        guard isNext, !acknowledged else { return }
        throw AuthorityError(
            problem: "'\(step.rawValue)' cuts off every node that has not got what the last step "
                + "has changed",
            cure: "see with 'commy trust show' which nodes are missing; when 'commy trust proceed' "
                + "has let the step pass, every node has it: say so with --acknowledged")
    }

    private func told(_ authority: AuthorityDirectory) -> String {
        switch authority.step {
        case .added:
            "A second root is trusted. Tell the mesh (commy trust begin \(authority.incomingPath)) "
                + "or give \(authority.trustPath) to every node; when 'commy trust proceed' has "
                + "let that step pass: commy ca rotate switch --acknowledged"
        case .switched:
            "The new root signs. Issue to every node again (commy ca issue NODE); when 'commy "
                + "trust proceed' has let that step pass: commy ca rotate remove --acknowledged"
        case .steady:
            "The old root is gone. Give \(authority.trustPath) to every node."
        }
    }
}

/// `commy ca show`.
struct AuthorityShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Say what the root is and where a rotation stands.")

    @OptionGroup var options: AuthorityOptions

    func run() throws {
        let authority = try Authority.orExit { () throws(AuthorityError) in
            try AuthorityDirectory(opening: options.directory)
        }
        let terminal = Terminal()
        terminal.printLine("mesh      \(authority.mesh)")
        terminal.printLine("rotation  \(authority.step.rawValue)")
        for (index, root) in authority.roots.enumerated() {
            let role = index == 0 ? "signs" : authority.step == .added ? "comes" : "goes"
            terminal.printLine(
                "root      \(role)  \(root.fingerprint.prefix(16))  "
                    + "from \(root.notBefore) until \(root.notAfter)")
        }
    }
}
