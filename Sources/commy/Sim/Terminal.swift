internal import Foundation
internal import SimScenario

/// Where the tool prints, and what that place can show.
struct Terminal {
    let isInteractive: Bool
    /// Colour only on a terminal, and not when NO_COLOR is set (no-color.org).
    let hasColour: Bool
    /// Columns; 100 when it is not a terminal.
    let width: Int

    init() {
        isInteractive = isatty(STDOUT_FILENO) == 1
        let environment = ProcessInfo.processInfo.environment
        hasColour =
            isInteractive && (environment["NO_COLOR"] ?? "").isEmpty
            && environment["TERM"] != "dumb"
        var size = winsize()
        let known = unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 20
        width = isInteractive && known ? Int(size.ws_col) : 100
    }

    func printLine(_ line: String) {
        write(line + "\n", to: FileHandle.standardOutput)
    }

    func printError(_ line: String) {
        write(line + "\n", to: FileHandle.standardError)
    }

    /// Diagnostics with the lines that they are about.
    func printProblems(_ problems: [Diagnostic]) {
        printError(ScenarioReader.rendered(problems, colour: hasColour))
    }

    /// Replaces the current line; only on a terminal.
    func printStatus(_ line: String) {
        guard isInteractive else { return }
        write("\r\u{1b}[K" + line.prefix(width - 1), to: FileHandle.standardOutput)
    }

    /// Replaces the last block of `before` lines; only on a terminal. The cursor stays below it.
    func printBlock(_ lines: [String], before: Int) {
        guard isInteractive, before > 0 || !lines.isEmpty else { return }
        let up = before > 0 ? "\r\u{1b}[\(before)A" : "\r"
        let text = lines.map { $0.prefix(width - 1) + "\n" }.joined()
        write(up + "\u{1b}[J" + text, to: FileHandle.standardOutput)
    }

    private func write(_ text: String, to handle: FileHandle) {
        // A reader that has gone away (a closed pipe) is no reason to fail.
        try? handle.write(contentsOf: Data(text.utf8))
    }
}
