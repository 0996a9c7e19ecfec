internal import CommyBase
internal import Foundation
internal import SimLab
internal import SimModel

/// What happens while a run stands still for `commy sim shell`: the trace is held against the
/// record, the shell opens, and somebody says how it goes on.
final class ShellVisit {
    enum Findings {
        /// The trace so far is not the recorded one: nobody was let in.
        case differs(String)
        case ended(Int32)
        case wentOn(Int32)
    }

    private(set) var findings: Findings?
    private let recorded: RecordedRun
    private let place: StoppingPlace
    private let command: String?
    private let then: SimShell.Then
    private let terminal: Terminal

    init(
        recorded: RecordedRun, place: StoppingPlace, command: String?, then: SimShell.Then?,
        terminal: Terminal
    ) {
        self.recorded = recorded
        self.place = place
        self.command = command
        self.then = then ?? (command == nil && isatty(STDIN_FILENO) == 1 ? .ask : .end)
        self.terminal = terminal
    }

    /// True when the run is to go on.
    func look(_ frozen: FrozenRun) throws -> Bool {
        let trace = try Data(contentsOf: URL(fileURLWithPath: frozen.tracePath))
        if let text = difference(of: trace) {
            findings = .differs(text)
            return false
        }
        let files = try frozen.showRecord(on: place.host)
        if command == nil { greet(frozen, trace, files) }
        let code = try frozen.enter(place.host, words)
        let goesOn = self.goesOn
        let result = command == nil ? 0 : code
        findings = goesOn ? .wentOn(result) : .ended(result)
        return goesOn
    }

    /// How the trace so far differs from the beginning of the recorded one; nil when it is that.
    private func difference(of trace: Data) -> String? {
        if let difference = TraceDifference(recorded.trace.prefix(trace.count), trace) {
            return difference.text
        }
        guard let missing = Self.firstMissing(recorded.trace.dropFirst(trace.count), place.instant)
        else { return nil }
        return "at \(place.words) the record has more than this run:\n  < \(missing)"
    }

    /// The first recorded line after those that this run has which is from before the instant.
    /// Requests are written down some time after they were decided, and prove nothing.
    private static func firstMissing(_ rest: Data, _ instant: MeshInstant) -> String? {
        struct Line: Decodable {
            let at: Int64
            let event: String

            enum CodingKeys: String, CodingKey {
                case at = "at_ns"
                case event
            }
        }
        for line in rest.split(separator: UInt8(ascii: "\n")).prefix(1_000) {
            guard let known = try? JSONDecoder().decode(Line.self, from: Data(line)) else {
                continue
            }
            if known.event.hasPrefix("request") { continue }
            return known.at <= instant.nanoseconds
                ? String(decoding: line, as: UTF8.self) : nil
        }
        return nil
    }

    private var words: [String] {
        if let command { return ["/bin/sh", "-c", command] }
        let shell = ProcessInfo.processInfo.environment["SHELL"] ?? "/bin/sh"
        // The prompt says where and when this is; a start-up file would replace it.
        let prompt = "PS1=\(place.host) at \(place.words) $ "
        let isBash = shell.hasSuffix("/bash")
        return ["/usr/bin/env", prompt, shell] + (isBash ? ["--norc", "--noprofile"] : []) + ["-i"]
    }

    private func greet(_ frozen: FrozenRun, _ trace: Data, _ files: [String]) {
        let lines = trace.count { $0 == UInt8(ascii: "\n") }
        terminal.printLine(
            "Stopped at \(place.words) of '\(recorded.started.scenario)'; "
                + "\(lines) lines of trace, the same as recorded.")
        for process in frozen.processes(of: place.host) {
            terminal.printLine("  process \(process.pid)  \(process.name)")
        }
        terminal.printLine(
            "  in this directory: " + (files.isEmpty ? "nothing yet" : files.joined(separator: " "))
        )
    }

    private var goesOn: Bool {
        switch then {
        case .end: return false
        case .goOn: return true
        case .ask:
            terminal.printLine("Let the run go on to its end? [y/N]")
            let answer = readLine(strippingNewline: true) ?? ""
            return answer.lowercased().hasPrefix("y")
        }
    }
}
