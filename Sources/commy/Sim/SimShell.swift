internal import ArgumentParser
internal import CommyBase
internal import Foundation
internal import SimLab
internal import SimModel
internal import SimScenario

/// `commy sim shell RUN HOST --at TIME`.
struct SimShell: ParsableCommand {
    /// What becomes of the run when the shell has ended.
    enum Then: String, CaseIterable, ExpressibleByArgument {
        case ask, end
        case goOn = "go-on"
    }

    static let configuration = CommandConfiguration(
        commandName: "shell",
        abstract: "Stop a recorded lockstep run at an instant, and look around on a host.",
        discussion: """
            RUN is the report directory of a lockstep run. It is run again from its file and seed, \
            stopped when everything up to the instant has happened, and held against the record. \
            Then a shell opens in the host's namespaces: ss, gdb -p, cat /proc/..., and \
            tcpdump -r on the captures so far, which lie in the shell's directory. Nothing runs \
            meanwhile; what the shell sends to other hosts goes nowhere.

            Times count as in the scenario file, from the start of traffic. --at-ns takes the \
            at_ns of a line of lockstep.jsonl instead.

            Exit codes: 0 it was the same as recorded; 1 it was not; 3 it could not be run. With \
            --command: the code of the command, when it was the same.
            """)

    @Argument(
        help: ArgumentHelp("The report directory of a lockstep run.", valueName: "run"),
        completion: .directory)
    var directory: String

    @Argument(help: ArgumentHelp("The host to look at.", valueName: "host"))
    var host: String

    @Option(
        name: .customLong("at"), parsing: .unconditional,
        help: ArgumentHelp("The instant, as in the scenario file: 12.3s.", valueName: "time"))
    var time: String?

    @Option(
        name: .customLong("at-ns"),
        help: ArgumentHelp("The instant, as in lockstep.jsonl.", valueName: "ns"))
    var nanoseconds: Int64?

    @Option(
        name: [.customShort("c"), .customLong("command")],
        help: ArgumentHelp("Run this instead of a shell; sh reads it.", valueName: "words"))
    var command: String?

    @Option(
        help: """
            What to do after the shell: 'go-on' to the run's end and say whether it was the same, \
            'end' it, or 'ask'. Default: ask on a terminal, else end.
            """)
    var then: Then?

    func run() throws {
        let terminal = Terminal()
        do {
            throw ExitCode(try stopAndLook(terminal))
        } catch let code as ExitCode {
            throw code
        } catch {
            terminal.printError("Error: \(error)")
            throw ExitCode(Verdict.error.exitCode)
        }
    }

    private func stopAndLook(_ terminal: Terminal) throws -> Int32 {
        let recorded = try RecordedRun(directory)
        let scenario = try recorded.scenario()
        let place = try StoppingPlace(
            host: host, time: time, nanoseconds: nanoseconds, recorded, scenario)
        var options = recorded.options(suffix: "-shell")
        options.capture = .links
        let run = try ScenarioRun(
            scenario: scenario, file: recorded.started.file, options: options,
            janitor: try Janitor(), observer: { _ in })
        let visit = ShellVisit(
            recorded: recorded, place: place, command: command, then: then, terminal: terminal)
        run.freeze = Freeze(at: place.instant, meanwhile: visit.look)
        let outcome = try run.run { _ in [] }
        // Of a look nothing stays, except the trace of a run that was not the same.
        var isKept = false
        defer { if !isKept { try? FileManager.default.removeItem(atPath: outcome.report) } }
        guard let findings = visit.findings else {
            throw ToolError(outcome.reason ?? "the run ended before it could be stopped")
        }
        switch findings {
        case .differs(let text):
            isKept = true
            terminal.printLine("NOT THE SAME  \(ScenarioFiles.shortened(outcome.report))")
            terminal.printLine(text)
            terminal.printLine(recorded.likelyReason)
            return 1
        case .ended(let code): return code
        case .wentOn(let code):
            guard !outcome.wasInterrupted else { throw ToolError("stopped before its end") }
            if let difference = try recorded.difference(from: outcome.report) {
                isKept = true
                terminal.printLine("NOT THE SAME  \(ScenarioFiles.shortened(outcome.report))")
                terminal.printLine(difference.text)
                terminal.printLine("What was done in the shell may be why.")
                return 1
            }
            terminal.printLine(
                "THE SAME  \(recorded.started.scenario)  sha256 \(recorded.hash ?? "")")
            return code
        }
    }
}

/// Where a recorded run is to be stopped, checked against the record.
struct StoppingPlace {
    let host: String
    /// On the run's clock.
    let instant: MeshInstant
    /// As the user has said it.
    let words: String

    init(
        host: String, time: String?, nanoseconds: Int64?, _ recorded: RecordedRun,
        _ scenario: Scenario
    ) throws {
        let hosts = scenario.topology.hosts.map(\.name)
        guard hosts.contains(host) else {
            let nearest = Suggestion.nearest(to: host, among: hosts)
            throw ToolError(
                "the run has no host '\(host)'"
                    + (nearest.map { "; did you mean '\($0)'?" } ?? "")
                    + " There are: \(hosts.joined(separator: ", "))")
        }
        self.host = host
        switch (time, nanoseconds) {
        case (let text?, nil):
            words = text
            let (value, reason) = TimeText.duration(text)
            guard let value else {
                throw ToolError("--at \(text): \(reason ?? "no time"); write it as 12.3s")
            }
            guard let zero = recorded.trafficStart else {
                throw ToolError(
                    "the recorded run ended before its traffic began; use --at-ns with the at_ns "
                        + "of a line of \(RecordedRun.traceFile)")
            }
            instant = zero + value
        case (nil, let number?):
            words = "\(number) ns of the run"
            instant = MeshInstant(nanoseconds: number)
        case (nil, nil), (.some, .some):
            throw ToolError("say when: --at TIME or --at-ns NUMBER")
        }
        let zero = recorded.trafficStart ?? .zero
        guard instant >= .zero else {
            throw ToolError(
                "\(words) is before the run began, which was at \((.zero - zero).shortText)")
        }
        guard instant < recorded.end else {
            throw ToolError(
                "\(words) is beyond the end of the run, which was at "
                    + (recorded.end - zero).shortText)
        }
    }
}
