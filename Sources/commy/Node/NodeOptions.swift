internal import ArgumentParser
internal import CommyBase
internal import CommySession

/// Which node is meant.
struct NodeOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The node's name; needed only when several run here.",
            discussion: "Default: COMMY_NODE, else the only node that runs here."))
    var node: String?
    @Option(
        help: ArgumentHelp(
            "The folder with the nodes' sockets.",
            discussion: """
                Default: COMMY_RUN_DIR, else /run/commy for root and $XDG_RUNTIME_DIR/commy for \
                others.
                """),
        completion: .directory)
    var runDir: String?
}

/// How a node's answers are shown.
struct ShowOptions: ParsableArguments {
    @OptionGroup var place: NodeOptions
    @Flag(help: "Print one JSON object a line.")
    var json = false
}

/// Says what went wrong, and how to mend it.
enum NodeErrors {
    /// A call that came to nothing, or an expectation that failed.
    static let failed: Int32 = 1
    /// No node, or one that does not answer.
    static let infrastructure: Int32 = 3

    static func orExit<Value: ~Copyable>(
        _ body: () throws(CommyError) -> Value
    ) throws -> Value {
        do throws(CommyError) { return try body() } catch {
            throw exit(error)
        }
    }

    /// Prints the error; what to throw.
    static func exit(_ error: CommyError) -> ExitCode {
        let terminal = Terminal()
        let text = error.detail.isEmpty ? error.code.entry?.meaning ?? "" : error.detail
        terminal.printError("Error: \(error.code) (\(error.code.rawValue)): \(text)")
        if let cause = error.cause { terminal.printError("       because \(cause)") }
        if let cure = cure(error) { terminal.printError("Cure:  \(cure)") }
        switch error.code {
        case .notAttached, .connectionRefused, .invalidArgument, .internal:
            return ExitCode(infrastructure)
        case _: return ExitCode(failed)
        }
    }

    private static func cure(_ error: CommyError) -> String? {
        switch error.code {
        case .notAttached:
            "start a node with 'commyd --dev', or say where one is with --run-dir and --node."
        // The detail of both says what to do.
        case .invalidArgument: nil
        case _: error.code.entry?.cure
        }
    }
}
