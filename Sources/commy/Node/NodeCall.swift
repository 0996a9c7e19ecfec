internal import ArgumentParser
internal import CommyBase
internal import CommyMesh
internal import CommyWire
internal import Foundation

/// `commy call`.
struct NodeCall: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "call", abstract: "Call a service and print its answer.",
        discussion: """
            commy call greeter '' '"world"'          a JSON string
            commy call orders place '{"item": 7}'    a method, and a JSON object
            commy call orders place - < order.json   the payload from a file

            The answer goes to standard output: JSON for every format that names its fields, else \
            the bytes as they are. On a terminal a last line says who answered and how fast. Exit \
            code 0 for an answer, 1 for a failure, 3 when there is no node.
            """)

    @OptionGroup var options: RequestOptions
    @Flag(help: "Print one JSON object with the answer, its metadata and its latency.")
    var json = false

    func run() throws {
        let (request, body) = try options.request()
        let (answer, latency) = try NodeErrors.orExit { () throws(CommyError) in
            var visit = try NodeVisit.begin(options.place, role: .program)
            return try visit.call(request, body)
        }
        if json {
            Terminal().printLine(Self.object(answer, latency))
        } else if answer.failure == nil {
            Self.show(answer, latency)
        }
        guard let failure = answer.failure else { return }
        if json { throw ExitCode(NodeErrors.failed) }
        throw NodeErrors.exit(failure)
    }

    private static func show(_ answer: Answer, _ latency: Duration) {
        let terminal = Terminal()
        if let text = text(answer) {
            terminal.printLine(text)
        } else if terminal.isInteractive {
            terminal.printLine("\(answer.body.count) bytes that are no text (\(answer.format))")
        } else {
            // A reader that has gone away is no reason to fail.
            try? FileHandle.standardOutput.write(contentsOf: Data(answer.body))
        }
        guard terminal.isInteractive else { return }
        let by = answer.metadata["served-by"].map { " by \($0)" } ?? ""
        terminal.printError("answered\(by) in \(latency.shortText)")
    }

    /// The answer as text: JSON where the format can be read without knowing the types.
    private static func text(_ answer: Answer) -> String? {
        switch answer.format {
        case .json, .opaque: return String(validating: answer.body, as: UTF8.self)
        case .messagePack, .cbor, .view:
            guard
                let value = try? PayloadCodec.decode(
                    PayloadValue.self, from: answer.body, as: answer.format),
                let json = try? PayloadCodec.encode(value, as: .json)
            else { return nil }
            return String(decoding: json, as: UTF8.self)
        case _: return nil
        }
    }

    private static func object(_ answer: Answer, _ latency: Duration) -> String {
        var row = JSONRow()
        row.add("outcome", answer.failure == nil ? "ok" : "error")
        if let failure = answer.failure {
            row.add("code", failure.code.description)
            row.add("detail", failure.detail)
        }
        row.add("format", answer.format.description)
        row.add("body", text(answer) ?? "")
        row.add("bytes", answer.body.count)
        row.add("metadata", answer.metadata.entries.map { "\($0.key)=\($0.value)" })
        row.add("latency_us", latency.nanoseconds / 1_000)
        return row.text
    }
}

/// `commy send`.
struct NodeSend: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "send", abstract: "Send a service a message that is not answered.",
        discussion: """
            commy send audit '' '{"who": "me"}'

            Ends when the message is with the node. With --acknowledged it ends when the service \
            has taken the message, and fails when none has.
            """)

    @OptionGroup var options: RequestOptions
    @Flag(help: "Wait until a handler has taken it.")
    var acknowledged = false

    func run() throws {
        let (request, body) = try options.request()
        try NodeErrors.orExit { () throws(CommyError) in
            var visit = try NodeVisit.begin(options.place, role: .program)
            try visit.send(request, acknowledged: acknowledged, body)
        }
    }
}
